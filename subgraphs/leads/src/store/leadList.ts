import { keysetPage, type Page, type SortKey, uuidFloor } from '@leadgraph/kit';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { LeadRow } from './leadTable.js';

/** Which leads a list shows. Instants are turned into bounds of the id, so that only the months they touch are read. */
export interface LeadListFilter {
  status?: readonly string[] | null | undefined;
  line?: readonly string[] | null | undefined;
  state?: readonly string[] | null | undefined;
  sourceId?: readonly string[] | null | undefined;
  scoreMin?: number | null | undefined;
  scoreMax?: number | null | undefined;
  receivedFrom?: Date | null | undefined;
  receivedTo?: Date | null | undefined;
  phoneHash?: Buffer | null | undefined;
  emailHash?: Buffer | null | undefined;
  includeTest: boolean;
  /** Only leads of this partner's sources. */
  partner?: string | undefined;
  /** Only leads that this agent bought. */
  buyer?: string | undefined;
}

export interface LeadListSort {
  field: 'RECEIVED_AT' | 'SCORE';
  direction: 'ASC' | 'DESC';
}

const byId: SortKey<LeadRow> = { expression: 'lead.id', type: 'uuid', value: (lead) => lead.id };
/** The id's time is the time of receipt, so sorting by id is sorting by it. Leads without a score come below 0. */
const sortKeys: Record<LeadListSort['field'], SortKey<LeadRow>[]> = {
  RECEIVED_AT: [byId],
  SCORE: [{ expression: 'COALESCE(lead.score, -1)', type: 'integer', value: (lead) => lead.score ?? -1 }, byId],
};

/**
 * All that a buyer bought within the dates is looked up before leads are read at all: its part of an index, however many leads others bought. As a join it is up to the planner,
 * which takes going back through everybody's leads for as good.
 */
const BOUGHT = `lead.id = ANY (ARRAY(
  SELECT sale.lead_id FROM lead_buyer AS sale
  WHERE sale.agent_id = :buyer AND sale.lead_id >= :boughtFrom AND sale.lead_id < :boughtTo))`;
const ANY_TIME = { from: '00000000-0000-0000-0000-000000000000', to: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** Reads a page of leads. */
export function listLeads(
  db: DataSource,
  filter: LeadListFilter,
  sort: LeadListSort,
  page: { first: number; after?: string | null },
): Promise<Page<LeadRow>> {
  // By score each of several statuses: some have no leads with a score and others none without, and one would pass all those of the others on the way to them.
  const { status, ...others } = filter;
  const each = sort.field === 'SCORE' && status && status.length > 1 ? status : undefined;
  return keysetPage({
    list: `leads:${sort.field}:${sort.direction}`,
    query: filtered(db, each ? others : filter),
    oneOf: each && { expression: 'lead.status', values: each },
    sort: sortKeys[sort.field],
    direction: sort.direction,
    page,
  });
}

function filtered(db: DataSource, filter: LeadListFilter): SelectQueryBuilder<LeadRow> {
  const query = db.createQueryBuilder(LeadRow, 'lead');
  for (const column of ['status', 'line', 'state', 'sourceId'] as const) {
    const values = filter[column];
    if (!values || values.length === 0) continue;
    // An equality leaves the index's rows in the order of the id; "one of" a list, even of one value, does not.
    if (values.length === 1) query.andWhere(`lead.${column} = :${column}`, { [column]: values[0] });
    else query.andWhere(`lead.${column} = ANY(:${column})`, { [column]: values });
  }
  const scored = filter.scoreMin != null || filter.scoreMax != null;
  const from = filter.receivedFrom && uuidFloor(filter.receivedFrom);
  const to = filter.receivedTo && uuidFloor(filter.receivedTo);
  const bounds = {
    // The index's expression, in which leads without a score come below 0: they are in no range.
    scoreMin: ['COALESCE(lead.score, -1) >= :scoreMin', scored ? Math.max(0, filter.scoreMin ?? 0) : null],
    scoreMax: ['COALESCE(lead.score, -1) <= :scoreMax', filter.scoreMax],
    from: ['lead.id >= :from', from],
    to: ['lead.id < :to', to],
    phoneHash: ['lead.phoneHash = :phoneHash', filter.phoneHash],
    emailHash: ['lead.emailHash = :emailHash', filter.emailHash],
    partner: ['lead.sourceId IN (SELECT id FROM source WHERE partner = :partner)', filter.partner],
    buyer: [BOUGHT, filter.buyer],
  } as const;
  for (const [name, [condition, value]] of Object.entries(bounds)) {
    if (value !== null && value !== undefined) query.andWhere(condition, { [name]: value });
  }
  query.setParameters({ boughtFrom: from ?? ANY_TIME.from, boughtTo: to ?? ANY_TIME.to });
  if (!filter.includeTest) query.andWhere('NOT lead.isTest');
  return query;
}
