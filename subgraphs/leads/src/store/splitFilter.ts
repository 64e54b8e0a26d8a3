import type { FoundThrough } from '@leadgraph/kit';
import type { LeadListFilter, LeadListSort } from './leadListFilter.js';

/** More than these would cost more than going through all leads in their order, of which they are a good part. */
const MOST_COMBINATIONS = 32;
const MOST_SCORES = 16;

export interface SplitFilter {
  readonly each: NonNullable<FoundThrough['each']>;
  /** What is left of the filter. */
  readonly others: LeadListFilter;
}

/** A part of a filter by its values, each of which has the leads in the order of the sort in an index. */
interface Part {
  readonly name: 'status' | 'line' | 'state' | 'sourceId' | 'partner' | 'score';
  readonly column: string;
  /** A relation of the values, in SQL. */
  readonly values: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly count: number;
}

/**
 * Splits a filter of several values into combinations of single ones. An index has the leads of one status in the order of the list, and of two only one behind the other: whoever goes through all leads
 * instead passes those of others, however many there are (a partner's bulk of rejected leads, a load test's). Undefined where there is nothing to split, or too much.
 */
export function splitFilter(filter: LeadListFilter, sort: LeadListSort['field']): SplitFilter | undefined {
  const parts = partsOf(filter, sort);
  const combinations = () => parts.reduce((product, { count }) => product * count, 1);
  while (combinations() > MOST_COMBINATIONS) parts.splice(parts.indexOf(largest(parts)), 1);
  if (combinations() === 1 && !parts.some(({ name }) => name === 'partner')) return undefined;
  const others = { ...filter };
  for (const { name } of parts) {
    if (name === 'score') Object.assign(others, { scoreMin: null, scoreMax: null });
    else delete others[name];
  }
  if (others.partner !== filter.partner) delete others.sourceId;
  const relations = parts.map(({ column, values }, index) => `${values} AS part_${index} (${column})`);
  return {
    others,
    each: {
      asked: `SELECT * FROM ${relations.join(' CROSS JOIN ')}`,
      on: parts.map(({ name, column }) => `${columns[name]} = asked.${column}`).join(' AND '),
      parameters: Object.assign({}, ...parts.map(({ parameters }) => parameters)),
    },
  };
}

const columns: Readonly<Record<Part['name'], string>> = {
  ...{ status: 'lead.status', line: 'lead.line', state: 'lead.state' },
  ...{ sourceId: 'lead.sourceId', partner: 'lead.sourceId', score: 'COALESCE(lead.score, -1)' },
};

/** Those for whose combinations there is an index: each alone, or status, line and state together; by time also with a score. */
function partsOf(filter: LeadListFilter, sort: LeadListSort['field']): Part[] {
  if (filter.partner !== undefined) return [sourcesOf(filter.partner, filter.sourceId)];
  const given = [
    ...(['status', 'line', 'state'] as const).flatMap((name) => listed(name, 'text', filter[name])),
    ...listed('sourceId', 'uuid', filter.sourceId),
  ];
  const placed = given.filter(({ name }) => name !== 'sourceId');
  // Statuses first: some have no leads with a score and others none without.
  const several = given.find(({ count }) => count > 1);
  const indexed = placed.length === 3 ? placed : several ? [several] : [];
  return [...indexed, ...(sort === 'RECEIVED_AT' ? scoresOf(filter) : [])];
}

function listed(
  name: 'status' | 'line' | 'state' | 'sourceId',
  type: 'text' | 'uuid',
  values: readonly string[] | null | undefined,
): Part[] {
  if (!values || values.length === 0) return [];
  const distinct = [...new Set(values)];
  return [
    {
      ...{ name, column: name.toLowerCase(), count: distinct.length },
      ...{ values: `unnest(:${name}::${type}[])`, parameters: { [name]: distinct } },
    },
  ];
}

function sourcesOf(partner: string, sourceId: readonly string[] | null | undefined): Part {
  const among = sourceId && sourceId.length > 0 ? ' AND id = ANY(:sources)' : '';
  return {
    ...{ name: 'partner', column: 'source', count: 1 },
    values: `(SELECT id FROM source WHERE partner = :partner${among})`,
    parameters: { partner, ...(among && { sources: sourceId }) },
  };
}

/** The scores of a narrow range, in which one of many leads is. */
function scoresOf({ scoreMin, scoreMax }: LeadListFilter): Part[] {
  if (scoreMin == null && scoreMax == null) return [];
  const [from, to] = [Math.max(0, scoreMin ?? 0), Math.min(100, scoreMax ?? 100)];
  const count = to - from + 1;
  if (count < 1 || count > MOST_SCORES) return [];
  return [
    {
      ...{ name: 'score', column: 'score', count },
      ...{
        values: 'generate_series(:from_score::int, :to_score::int)',
        parameters: { from_score: from, to_score: to },
      },
    },
  ];
}

function largest(parts: readonly Part[]): Part {
  return parts.reduce((most, part) => (part.count > most.count ? part : most));
}
