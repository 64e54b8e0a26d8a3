import {
  createTestDatabase,
  pageFaults,
  plansOf,
  readTables,
  type TestDatabase,
  timedId,
} from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LeadListFilter, type LeadListSort, listLeads } from './leadList.js';
import { leadsStore } from './leadsStore.js';
import { MONTHS_AHEAD, MONTHS_BEHIND, monthStart, partitionName } from './monthPartitions.js';

const LEADS = 40_000;
const DAY_MS = 86_400_000;
const now = new Date();
const lead = { name: 'lead', column: 'id' } as const;
const partner = 'partner-3';
const [sourceOf, agentOf] = ['00000000-0000-7000-8000-', '00000000-0000-7000-9000-'].map(
  (prefix) => (index: number) => `${prefix}${String(index).padStart(12, '0')}`,
) as [(index: number) => string, (index: number) => string];
const hashOf = (index: number) => Buffer.from(String(index).padStart(8, '0'));

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(leadsStore);
  const { db } = database;
  await db.query(`
    INSERT INTO source (id, version, name, partner, pricing_type, created_at)
    SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 1, 's' || n, 'partner-' || n / 4, 'FIXED', now()
    FROM generate_series(0, 39) AS n`);
  // Evenly over all months that have partitions, those ahead included, and older ones in the default partition: nothing that is read is empty.
  // Statuses as they are when most leads have been sold or have expired. Those that were rejected have no score.
  for (const [from, to, count] of [
    [monthStart(now, -24), monthStart(now, -MONTHS_BEHIND), LEADS / 4],
    [monthStart(now, -MONTHS_BEHIND), monthStart(now, MONTHS_AHEAD + 1), LEADS],
  ]) {
    await db.query(
      `INSERT INTO lead (id, version, status, source_id, line, state, language, age_band, score, max_sales, is_test, received_at, status_changed_at,
         phone_hash, email_hash)
       SELECT ${timedId('at', 'n')},
         7, (ARRAY['SOLD','SOLD','SOLD','SOLD','EXPIRED','EXPIRED','REJECTED','DUPLICATE','DISQUALIFIED','UNSOLD'])[1 + n % 10],
         ('00000000-0000-7000-8000-' || lpad((n % 40)::text, 12, '0'))::uuid, (ARRAY['AUTO','AUTO','AUTO','HOME','HOME','LIFE','HEALTH','MEDICARE'])[1 + n / 3 % 8],
         (ARRAY['CA','TX','FL','NY','IL','OH','GA','WY'])[1 + n / 7 % 8], 'en', 'UNKNOWN', CASE WHEN n % 7 = 0 OR n % 10 = 6 THEN NULL ELSE n % 101 END, 3, n % 50 = 0, at, at,
         convert_to(lpad((n / 2)::text, 8, '0'), 'UTF8'), convert_to(lpad((n / 2)::text, 8, '0'), 'UTF8')
       FROM (SELECT n, $1::timestamptz + n * ($2::timestamptz - $1::timestamptz) / $3::int AS at FROM generate_series(0, $3::int - 1) AS n) AS made`,
      [from, to, count],
    );
  }
  await db.query(
    `UPDATE lead SET status = 'NEEDS_REVIEW' WHERE id IN (SELECT id FROM lead WHERE status = 'UNSOLD' ORDER BY id DESC LIMIT 40)`,
  );
  await db.query(`
    INSERT INTO lead_buyer (offer_id, lead_id, agent_id, charge_id, price_cents, sale_number, sold_at)
    SELECT gen_random_uuid(), id, ('00000000-0000-7000-9000-' || lpad((CASE WHEN row_number() OVER () % 2 = 0 THEN 500 ELSE row_number() OVER () % 200 END)::text, 12, '0'))::uuid, gen_random_uuid(), 1, 1, received_at
    FROM lead WHERE status = 'SOLD'`);
  await db.query('VACUUM (ANALYZE) lead');
  await db.query('ANALYZE');
});
afterAll(() => database.drop());

const recent = { receivedFrom: new Date(now.getTime() - 90 * DAY_MS), includeTest: true };
const PAGE = 20;
/** A page in the order of the index that finds it, from each month: nothing is sorted but what is merged from the months. */
const ordered = { sorts: 2 * PAGE, reads: 30 * PAGE };
/** A page of each of several statuses, three at most here. */
const each = { sorts: 4 * PAGE, reads: 50 * PAGE };
/** Another filter than the index's throws rows away: about as many are read as the filters' shares say. */
const sifted = { sorts: 2 * PAGE, reads: 150 * PAGE };
/** The page in an index of what the agent bought, and its leads, however many those are: half of all that were sold. */
const own = { sorts: 2 * PAGE, reads: 20 * PAGE };
const largest = agentOf(500);
/** Within a range of scores the planner may sort what there is of it: entries of the index (here some 300), not leads. */
const ranged = { sorts: 20 * PAGE, reads: 150 * PAGE };

const filters: Record<string, [Partial<LeadListFilter>, typeof ordered?]> = {
  nothing: [{}],
  'a common status': [{ status: ['SOLD'] }],
  'a rare status': [{ status: ['NEEDS_REVIEW'] }],
  'a status without scores': [{ status: ['REJECTED'] }],
  'several statuses': [{ status: ['SOLD', 'EXPIRED'] }, each],
  'several rare statuses': [{ status: ['NEEDS_REVIEW', 'WITHDRAWN', 'QUALIFIED'] }, each],
  'statuses with and without scores': [{ status: ['DISQUALIFIED', 'REJECTED', 'UNSOLD'] }, each],
  'a line': [{ line: ['MEDICARE'] }],
  'a state': [{ state: ['WY'] }],
  'a source': [{ sourceId: [sourceOf(5)] }, sifted],
  'status, line and state': [{ status: ['SOLD'], line: ['AUTO'], state: ['CA'] }, sifted],
  'a score': [{ scoreMin: 95 }, sifted],
  'a range of scores': [{ scoreMin: 20, scoreMax: 22 }, sifted],
  'a phone number': [{ phoneHash: hashOf(15_000) }],
  'an email address': [{ emailHash: hashOf(15_000) }],
  'a partner': [{ partner }],
  'a buyer': [{ buyer: agentOf(7) }, own],
  'a large buyer': [{ buyer: largest }, own],
  'a buyer and a status': [{ buyer: largest, status: ['SOLD'] }, own],
  'a buyer and several statuses': [{ buyer: largest, status: ['SOLD', 'RETURNED'] }, own],
  'a buyer and a line': [{ buyer: largest, line: ['AUTO'] }, sifted],
  'a buyer and a state': [{ buyer: largest, state: ['WY'] }, sifted],
  'a buyer and a source': [{ buyer: agentOf(7), sourceId: [sourceOf(4)] }, sifted],
  'a buyer and a score': [{ buyer: largest, scoreMin: 95 }, ranged],
  'a buyer, no test leads': [{ buyer: largest, includeTest: false }, own],
  'a buyer and a phone number': [{ buyer: largest, phoneHash: hashOf(15_000) }],
  'no test leads': [{ includeTest: false }],
};
const sorts: LeadListSort[] = (['RECEIVED_AT', 'SCORE'] as const).flatMap((field) =>
  (['DESC', 'ASC'] as const).map((direction) => ({ field, direction })),
);
const cases = Object.entries(filters).flatMap(([name, [filter, limits = ordered]]) =>
  sorts.map((sort) => ({ name, filter, sort, limits })),
);

describe("the plan of the leads' list", () => {
  it.each(cases)('by $name, sorted by $sort.field $sort.direction', async ({ filter, sort, limits }) => {
    const list = (after: string | null) =>
      listLeads(database.db, { ...recent, ...filter }, sort, { first: PAGE, after });
    expect(await pageFaults(database.db, limits, list)).toEqual([]);
  });

  it.each([
    { field: 'SCORE', direction: 'DESC' },
    { field: 'SCORE', direction: 'ASC' },
    { field: 'RECEIVED_AT', direction: 'DESC' },
    { field: 'RECEIVED_AT', direction: 'ASC' },
  ] as const)('of a rare status, line and state by $field $direction passes no others', async (sort) => {
    const filter = { ...recent, status: ['EXPIRED'], line: ['MEDICARE'], state: ['WY'] };
    const list = (after: string | null) => listLeads(database.db, filter, sort, { first: PAGE, after });
    expect(await pageFaults(database.db, ordered, list)).toEqual([]);
    const [plan] = await plansOf(database.db, () => list(null));
    expect(JSON.stringify(plan)).toMatch(/state_line_status_/);
  });

  it('reads only the months of the dates', async () => {
    const month = monthStart(now, -2);
    const within = {
      receivedFrom: new Date(month.getTime() + DAY_MS),
      receivedTo: new Date(month.getTime() + 9 * DAY_MS),
    };
    for (const { filter, sort } of cases) {
      const plans = await plansOf(database.db, () =>
        listLeads(database.db, { includeTest: true, ...filter, ...within }, sort, { first: 20 }),
      );
      for (const plan of plans) {
        const months = readTables(plan).filter((table) => /^lead_(\d|default)/.test(table));
        expect(months).toEqual([partitionName(lead, month)]);
      }
    }
  });
});

describe('a list of several statuses by score', () => {
  it.each(['DESC', 'ASC'] as const)('goes through all of them in their order, %s', async (direction) => {
    const status = ['DISQUALIFIED', 'REJECTED', 'UNSOLD'];
    const month = monthStart(now, -1);
    const filter = {
      status,
      receivedFrom: month,
      receivedTo: new Date(month.getTime() + 5 * DAY_MS),
      includeTest: false,
    };
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const page = await listLeads(database.db, filter, { field: 'SCORE', direction }, { first: PAGE, after });
      seen.push(...page.edges.map(({ node }) => node.id));
      ({ endCursor: after, hasNextPage: more } = page.pageInfo);
      if (!more) expect(await page.countTotal()).toEqual({ value: seen.length, relation: 'EQ' });
    }
    const rows: { id: string }[] = await database.db.query(
      `SELECT id FROM lead WHERE status = ANY ($1) AND received_at >= $2 AND received_at < $3 AND NOT is_test
       ORDER BY COALESCE(score, -1) ${direction}, id ${direction}`,
      [status, filter.receivedFrom, filter.receivedTo],
    );
    expect(seen.length).toBeGreaterThan(3 * PAGE);
    expect(seen).toEqual(rows.map(({ id }) => id));
  });
});
