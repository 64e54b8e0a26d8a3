import {
  createTestDatabase,
  pageFaults,
  plansOf,
  readTables,
  type TestDatabase,
  timedId,
} from '@leadgraph/kit/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listLeads } from './leadList.js';
import type { LeadListFilter, LeadListSort } from './leadListFilter.js';
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
    FROM generate_series(0, 3999) AS n`);
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
  // Of all tables, for plans depend on what autovacuum would do some time or other.
  await db.query('VACUUM (ANALYZE)');
});
afterAll(() => database.drop());

const recent = { receivedFrom: new Date(now.getTime() - 90 * DAY_MS), includeTest: true };
const PAGE = 20;
/** A page in the order of the index that finds it, from each month: nothing is sorted but what is merged from the months. */
const ordered = { sorts: 2 * PAGE, reads: 30 * PAGE };
/** A page of each of several values, and the least of them. */
const each = (values: number) => ({ sorts: (values + 1) * (PAGE + 1), reads: (values + 2) * 15 * PAGE });
/** Another filter than the index's throws rows away, about as many as the filters' shares say; the planner may prefer that where they are few. */
const sifted = { sorts: 2 * PAGE, reads: 150 * PAGE };
/** The page in an index of what the agent bought, and its leads, however many those are: half of all that were sold. What a small one bought may be sorted. */
const own = { sorts: 2 * PAGE, reads: 20 * PAGE };
const few = { sorts: 5 * PAGE, reads: 20 * PAGE };
const largest = agentOf(500);
/** Within a range of scores the planner may sort what there is of it: entries of the index (here some 300), not leads. */
const ranged = { sorts: 20 * PAGE, reads: 150 * PAGE };

const filters: Record<string, [Partial<LeadListFilter>, typeof ordered?]> = {
  nothing: [{}],
  'a common status': [{ status: ['SOLD'] }],
  'a rare status': [{ status: ['NEEDS_REVIEW'] }],
  'a status without scores': [{ status: ['REJECTED'] }],
  'several statuses': [{ status: ['SOLD', 'EXPIRED'] }, each(2)],
  'several rare statuses': [{ status: ['NEEDS_REVIEW', 'WITHDRAWN', 'QUALIFIED'] }, each(3)],
  'statuses with and without scores': [{ status: ['DISQUALIFIED', 'REJECTED', 'UNSOLD'] }, each(3)],
  'a line': [{ line: ['MEDICARE'] }],
  'several lines': [{ line: ['MEDICARE', 'COMMERCIAL'] }, each(2)],
  'a state': [{ state: ['WY'] }],
  'several states': [{ state: ['WY', 'NY', 'UT'] }, each(3)],
  'a source': [{ sourceId: [sourceOf(5)] }, sifted],
  'several sources': [{ sourceId: [sourceOf(5), sourceOf(30)] }, each(2)],
  'status, line and state': [{ status: ['SOLD'], line: ['AUTO'], state: ['CA'] }, sifted],
  'statuses, lines and states': [{ status: ['SOLD', 'UNSOLD'], line: ['LIFE', 'HOME'], state: ['CA', 'WY'] }, each(8)],
  'a score': [{ scoreMin: 95 }, each(6)],
  'a range of scores': [{ scoreMin: 20, scoreMax: 22 }, each(3)],
  'a state and a range of scores': [{ state: ['WY'], scoreMin: 20, scoreMax: 22 }, each(3)],
  'one score': [{ scoreMin: 50, scoreMax: 50 }, each(1)],
  'a wide range of scores': [{ scoreMin: 50 }, sifted],
  'a phone number': [{ phoneHash: hashOf(15_000) }],
  'an email address': [{ emailHash: hashOf(15_000) }],
  'a partner': [{ partner }, each(4)],
  'a source of a partner': [{ partner, sourceId: [sourceOf(13)] }, each(1)],
  'a partner without sources': [{ partner: 'nobody' }],
  'a buyer': [{ buyer: agentOf(7) }, few],
  'a large buyer': [{ buyer: largest }, own],
  'a buyer and a status': [{ buyer: largest, status: ['SOLD'] }, own],
  'a buyer and several statuses': [{ buyer: largest, status: ['SOLD', 'RETURNED'] }, own],
  'a buyer and a line': [{ buyer: largest, line: ['AUTO'] }, sifted],
  'a buyer and a state': [{ buyer: largest, state: ['WY'] }, sifted],
  'a buyer, a status, a line and a state': [{ buyer: largest, status: ['SOLD'], line: ['AUTO'], state: ['WY'] }, own],
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

  it.each(sorts)('of what a buyer has of a place by $field $direction passes nothing else', async (sort) => {
    const filter = { ...recent, buyer: largest, status: ['SOLD'], line: ['AUTO'], state: ['WY'] };
    const [plan] = await plansOf(database.db, () => listLeads(database.db, filter, sort, { first: PAGE }));
    expect(JSON.stringify(plan)).toMatch(/lead_buyer_place/);
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

/** Out of order and with some twice, as clients send them. */
const someOf = <T>(values: readonly T[]) =>
  fc.option(fc.array(fc.constantFrom(...values), { maxLength: 4 }), { freq: 1 });
const anyScore = fc.option(fc.integer({ min: -5, max: 110 }), { freq: 1 });
const anyFilter = fc.record({
  status: someOf(['SOLD', 'EXPIRED', 'REJECTED', 'DUPLICATE', 'DISQUALIFIED', 'UNSOLD', 'WITHDRAWN']),
  line: someOf(['AUTO', 'HOME', 'LIFE', 'MEDICARE']),
  state: someOf(['CA', 'TX', 'WY', 'UT']),
  sourceId: fc.option(
    fc.uniqueArray(fc.integer({ min: 0, max: 39 }), { maxLength: 40 }).map((few) => few.map(sourceOf)),
    { freq: 1 },
  ),
  ...{ scoreMin: anyScore, scoreMax: anyScore, includeTest: fc.boolean() },
  partner: fc.constantFrom(undefined, undefined, partner, 'nobody'),
});
/** The same in plain words: arrays that are null or empty let everything through. */
const ASKED = `(COALESCE(cardinality($3::text[]), 0) = 0 OR status = ANY ($3)) AND (COALESCE(cardinality($4::text[]), 0) = 0 OR line = ANY ($4))
  AND (COALESCE(cardinality($5::text[]), 0) = 0 OR state = ANY ($5)) AND (COALESCE(cardinality($6::uuid[]), 0) = 0 OR source_id = ANY ($6))
  AND ($7::int IS NULL OR score >= $7) AND ($8::int IS NULL OR score <= $8) AND ($9 OR NOT is_test)
  AND ($10::text IS NULL OR (SELECT source.partner FROM source WHERE source.id = source_id) = $10)`;

describe('a list of leads', () => {
  it('shows each lead that its filter lets through once, in its order, and counts them', async () => {
    const { db } = database;
    const month = monthStart(now, -1);
    const [receivedFrom, receivedTo] = [new Date(month.getTime() - DAY_MS), new Date(month.getTime() + 2 * DAY_MS)];
    const asked = fc.record({
      filter: anyFilter,
      sort: fc.constantFrom(...sorts),
      first: fc.constantFrom(3, PAGE, 100),
    });
    let found = 0;
    await fc.assert(
      fc.asyncProperty(asked, async ({ filter, sort, first }) => {
        const seen: string[] = [];
        for (let after: string | null = null, more = true; more; ) {
          const page = await listLeads(db, { ...filter, receivedFrom, receivedTo }, sort, { first, after });
          seen.push(...page.edges.map(({ node }) => node.id));
          ({ endCursor: after, hasNextPage: more } = page.pageInfo);
          if (!more) expect(await page.countTotal()).toEqual({ value: seen.length, relation: 'EQ' });
        }
        const { status, line, state, sourceId, scoreMin, scoreMax, includeTest, partner = null } = filter;
        const order = sort.field === 'SCORE' ? `COALESCE(score, -1) ${sort.direction}, ` : '';
        const rows: { id: string }[] = await db.query(
          `SELECT id FROM lead WHERE received_at >= $1 AND received_at < $2 AND ${ASKED} ORDER BY ${order}id ${sort.direction}`,
          [receivedFrom, receivedTo, status, line, state, sourceId, scoreMin, scoreMax, includeTest, partner],
        );
        expect(seen).toEqual(rows.map(({ id }) => id));
        found += rows.length;
      }),
      { numRuns: 150 },
    );
    expect(found).toBeGreaterThan(1_000);
  });
});
