import { type FoundThrough, keysetPage, type Page, type SortKey, uuidFloor } from '@leadgraph/kit';
import type { DataSource, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { LeadListFilter, LeadListSort } from './leadListFilter.js';
import { LeadRow } from './leadTable.js';
import { splitFilter } from './splitFilter.js';

const byId: SortKey<LeadRow> = { expression: 'lead.id', type: 'uuid', value: (lead) => lead.id };
/** The id's time is the time of receipt, so sorting by id is sorting by it. Leads without a score come below 0. */
const sortKeys: Record<LeadListSort['field'], SortKey<LeadRow>[]> = {
  RECEIVED_AT: [byId],
  SCORE: [{ expression: 'COALESCE(lead.score, -1)', type: 'integer', value: (lead) => lead.score ?? -1 }, byId],
};

/** Where a filter's columns stand. */
interface Columns extends Record<'id' | 'status' | 'line' | 'state' | 'sourceId' | 'score' | 'isTest', string> {}

const ofLead: Columns = {
  ...{ id: 'lead.id', status: 'lead.status', line: 'lead.line', state: 'lead.state', sourceId: 'lead.sourceId' },
  // The index's expression, in which leads without a score come below 0: they are in no range.
  ...{ score: 'COALESCE(lead.score, -1)', isTest: 'lead.isTest' },
};
/** A sale has of its lead what lists ask for, kept by triggers (migrations/1764500000000OwnLeads.ts), in indexes of the buyer's in the order of each sort. */
const ofSale: Columns = {
  ...{ id: 'sale.lead_id', status: 'sale.lead_status', line: 'sale.line', state: 'sale.state' },
  ...{ sourceId: 'sale.source_id', score: 'sale.lead_score', isTest: 'sale.is_test' },
};
const BOUGHT = 'EXISTS (SELECT FROM lead_buyer AS sale WHERE sale.lead_id = lead.id AND sale.agent_id = :buyer)';
const keysOf = ({ id, score }: Columns): Record<LeadListSort['field'], string[]> => ({
  RECEIVED_AT: [id],
  SCORE: [score, id],
});

/** Reads a page of leads. */
export function listLeads(
  db: DataSource,
  filter: LeadListFilter,
  sort: LeadListSort,
  page: { first: number; after?: string | null },
): Promise<Page<LeadRow>> {
  const paging = {
    ...{ list: `leads:${sort.field}:${sort.direction}`, sort: sortKeys[sort.field] },
    ...{ direction: sort.direction, page },
  };
  const through = filter.phoneHash || filter.emailHash ? undefined : foundThrough(db, filter, sort.field);
  const leads = db.createQueryBuilder(LeadRow, 'lead');
  return through
    ? keysetPage({ ...paging, query: within(leads, 'lead.id', filter), through })
    : keysetPage({ ...paging, query: filtered(leads, ofLead, filter) });
}

/** Undefined where one index of leads has the page, or where there are few leads. */
function foundThrough(db: DataSource, filter: LeadListFilter, sort: LeadListSort['field']): FoundThrough | undefined {
  if (filter.buyer !== undefined) return { query: bought(db, filter.buyer, filter), sort: keysOf(ofSale)[sort] };
  const split = splitFilter(filter, sort);
  if (!split) return undefined;
  const query = filtered(db.createQueryBuilder().from(LeadRow, 'lead'), ofLead, split.others);
  return { query, sort: keysOf(ofLead)[sort], each: split.each };
}

/** The sales to a buyer whose leads the filter lets through. Leads whose month was taken out of the store are sold still, and not there any more: their sales have no status. */
function bought(db: DataSource, buyer: string, filter: LeadListFilter): SelectQueryBuilder<ObjectLiteral> {
  const sales = db.createQueryBuilder().from('lead_buyer', 'sale').where('sale.agent_id = :buyer', { buyer });
  return filtered(sales, ofSale, filter).andWhere(`${ofSale.status} IS NOT NULL`);
}

function within<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  id: string,
  { receivedFrom, receivedTo }: LeadListFilter,
): SelectQueryBuilder<T> {
  if (receivedFrom) query.andWhere(`${id} >= :from`, { from: uuidFloor(receivedFrom) });
  if (receivedTo) query.andWhere(`${id} < :to`, { to: uuidFloor(receivedTo) });
  return query;
}

function filtered<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  columns: Columns,
  filter: LeadListFilter,
): SelectQueryBuilder<T> {
  for (const column of ['status', 'line', 'state', 'sourceId'] as const) {
    const values = filter[column];
    if (!values || values.length === 0) continue;
    // An equality leaves the index's rows in the order of the id; "one of" a list, even of one value, does not.
    if (values.length === 1) query.andWhere(`${columns[column]} = :${column}`, { [column]: values[0] });
    else query.andWhere(`${columns[column]} = ANY(:${column})`, { [column]: values });
  }
  const scored = filter.scoreMin != null || filter.scoreMax != null;
  const conditions = {
    scoreMin: [`${columns.score} >= :scoreMin`, scored ? Math.max(0, filter.scoreMin ?? 0) : null],
    scoreMax: [`${columns.score} <= :scoreMax`, filter.scoreMax],
    phoneHash: ['lead.phoneHash = :phoneHash', filter.phoneHash],
    emailHash: ['lead.emailHash = :emailHash', filter.emailHash],
    partner: [`${columns.sourceId} IN (SELECT id FROM source WHERE partner = :partner)`, filter.partner],
  } as const;
  for (const [name, [condition, value]] of Object.entries(conditions)) {
    if (value !== null && value !== undefined) query.andWhere(condition, { [name]: value });
  }
  // By a person's hash there are few leads to look whether they were bought.
  if (columns === ofLead && filter.buyer !== undefined) query.andWhere(BOUGHT, { buyer: filter.buyer });
  if (!filter.includeTest) query.andWhere(`NOT ${columns.isTest}`);
  return within(query, columns.id, filter);
}
