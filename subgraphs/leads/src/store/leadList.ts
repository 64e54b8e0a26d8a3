import { keysetPage, type Page, type SortKey } from '@leadgraph/kit';
import type { DataSource, SelectQueryBuilder } from 'typeorm';
import { LeadRow } from './leadTable.js';
import { uuidFloor } from './monthPartitions.js';

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

/** Reads a page of leads. */
export function listLeads(
  db: DataSource,
  filter: LeadListFilter,
  sort: LeadListSort,
  page: { first: number; after?: string | null },
): Promise<Page<LeadRow>> {
  return keysetPage({
    list: `leads:${sort.field}:${sort.direction}`,
    query: filtered(db, filter),
    sort: sortKeys[sort.field],
    direction: sort.direction,
    page,
  });
}

function filtered(db: DataSource, filter: LeadListFilter): SelectQueryBuilder<LeadRow> {
  const query = db.createQueryBuilder(LeadRow, 'lead');
  for (const column of ['status', 'line', 'state', 'sourceId'] as const) {
    const values = filter[column];
    if (values && values.length > 0) query.andWhere(`lead.${column} = ANY(:${column})`, { [column]: values });
  }
  const bounds = {
    scoreMin: ['lead.score >= :scoreMin', filter.scoreMin],
    scoreMax: ['lead.score <= :scoreMax', filter.scoreMax],
    from: ['lead.id >= :from', filter.receivedFrom && uuidFloor(filter.receivedFrom)],
    to: ['lead.id < :to', filter.receivedTo && uuidFloor(filter.receivedTo)],
    phoneHash: ['lead.phoneHash = :phoneHash', filter.phoneHash],
    emailHash: ['lead.emailHash = :emailHash', filter.emailHash],
    partner: ['lead.sourceId IN (SELECT id FROM source WHERE partner = :partner)', filter.partner],
    buyer: ['lead.id IN (SELECT lead_id FROM lead_buyer WHERE agent_id = :buyer)', filter.buyer],
  } as const;
  for (const [name, [condition, value]] of Object.entries(bounds)) {
    if (value !== null && value !== undefined) query.andWhere(condition, { [name]: value });
  }
  if (!filter.includeTest) query.andWhere('NOT lead.isTest');
  return query;
}
