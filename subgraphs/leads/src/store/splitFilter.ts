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
  if (!parts) return undefined;
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
function partsOf(filter: LeadListFilter, sort: LeadListSort['field']): Part[] | undefined {
  if (filter.partner !== undefined) return [sourcesOf(filter.partner, filter.sourceId)];
  const given = [
    ...(['status', 'line', 'state'] as const).flatMap((name) => listed(name, 'text', filter[name])),
    ...listed('sourceId', 'uuid', filter.sourceId),
  ];
  const placed = given.filter(({ name }) => name !== 'sourceId');
  const together = placed.length === 3 ? placed : [];
  // Statuses first: some have no leads with a score and others none without.
  const several = given.filter(({ count }) => count > 1).slice(0, 1);
  const scores = sort === 'RECEIVED_AT' ? scoresOf(filter) : [];
  const tries = [[...together, ...scores], together, [...several, ...scores], several, scores];
  return tries.find((parts) => {
    const combinations = parts.reduce((product, { count }) => product * count, 1);
    // A single score as well: as the two ends of a range it has no order by time.
    const splits = parts.some(({ name, count }) => count > 1 || name === 'score');
    return splits && combinations <= MOST_COMBINATIONS;
  });
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
