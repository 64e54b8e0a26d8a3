import { inTransaction, uuidv7 } from '@leadgraph/kit';
import { createTestDatabase, type TestDatabase, timedId } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detachMonth } from './detachMonth.js';
import { listLeads } from './leadList.js';
import type { LeadListFilter, LeadListSort } from './leadListFilter.js';
import { leadsStore } from './leadsStore.js';
import { OwnLeads1764500000000 } from './migrations/1764500000000OwnLeads.js';
import { PlaceAndStatus1764600000000 } from './migrations/1764600000000PlaceAndStatus.js';
import { OwnLeadsOfAPlace1765000000000 } from './migrations/1765000000000OwnLeadsOfAPlace.js';
import { ensureMonthPartitions, monthStart } from './monthPartitions.js';

const DAY_MS = 86_400_000;
const now = new Date();
const [buyer, other] = [uuidv7(), uuidv7()];
const sources = [uuidv7(), uuidv7()];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(leadsStore);
  await database.db.transaction((tx) => ensureMonthPartitions(tx, monthStart(now, -6)));
  await database.db.query(
    `INSERT INTO lead (id, version, status, source_id, line, state, language, age_band, score, max_sales, stages, is_test, received_at, status_changed_at)
     SELECT ${timedId('at', 'n')}, 7, (ARRAY['SOLD','SOLD','RETURNED','WITHDRAWN'])[1 + n % 4], ($2::uuid[])[1 + n % 2], (ARRAY['AUTO','HOME','LIFE'])[1 + n % 3],
       (ARRAY['CA','TX',NULL])[1 + n / 5 % 3], 'en', 'UNKNOWN', CASE WHEN n % 7 <> 0 THEN n % 11 END, 3, 31, n % 9 = 0, at, at
     FROM (SELECT n, $1::timestamptz - n * interval '17 hours' AS at FROM generate_series(0, 239) AS n) AS made`,
    [now, sources],
  );
  // Some by both, and some, as it ought not to be, twice by the same.
  for (const [agent, sale, share] of [
    [buyer, 1, 'n % 3 > 0'],
    [other, 2, 'n % 2 = 0'],
    [buyer, 3, 'n % 10 = 1'],
  ]) {
    await database.db.query(
      `INSERT INTO lead_buyer (offer_id, lead_id, agent_id, charge_id, price_cents, sale_number, sold_at)
       SELECT gen_random_uuid(), id, $1, gen_random_uuid(), 1, $2, received_at
       FROM (SELECT id, received_at, row_number() OVER (ORDER BY id) AS n FROM lead) AS lead WHERE ${share}`,
      [agent, sale],
    );
  }
});
afterAll(() => database.drop());

const filters: Record<string, [Partial<LeadListFilter>, string]> = {
  nothing: [{}, 'true'],
  'a status': [{ status: ['SOLD'] }, `status = 'SOLD'`],
  'several statuses': [{ status: ['RETURNED', 'WITHDRAWN'] }, `status IN ('RETURNED', 'WITHDRAWN')`],
  'a line': [{ line: ['HOME'] }, `line = 'HOME'`],
  'a state': [{ state: ['TX'] }, `state = 'TX'`],
  'a source': [{ sourceId: sources.slice(1) }, `source_id = '${sources[1]}'`],
  'scores from 0': [{ scoreMin: 0 }, 'score >= 0'],
  'scores up to 5': [{ scoreMax: 5 }, 'score <= 5'],
  'no test leads': [{ includeTest: false }, 'NOT is_test'],
  'a span of receipt': [
    { receivedFrom: new Date(now.getTime() - 60 * DAY_MS), receivedTo: new Date(now.getTime() - 9 * DAY_MS) },
    `received_at >= now() - interval '60 days' AND received_at < now() - interval '9 days'`,
  ],
  'a status, a line, a state and scores': [
    { status: ['SOLD', 'RETURNED'], line: ['AUTO'], state: ['CA', 'TX'], scoreMin: 2, scoreMax: 9 },
    `status IN ('SOLD', 'RETURNED') AND line = 'AUTO' AND state IN ('CA', 'TX') AND score BETWEEN 2 AND 9`,
  ],
};
const sorts: LeadListSort[] = (['RECEIVED_AT', 'SCORE'] as const).flatMap((field) =>
  (['DESC', 'ASC'] as const).map((direction) => ({ field, direction })),
);

/** What an agent bought, page by page; the total is that of the first page. */
async function walk(filter: Partial<LeadListFilter>, sort: LeadListSort): Promise<{ ids: string[]; total: unknown }> {
  const ids: string[] = [];
  let total: unknown;
  for (let after: string | null = null, more = true; more; ) {
    const page = await listLeads(database.db, { includeTest: true, buyer, ...filter }, sort, { first: 7, after });
    ids.push(...page.edges.map(({ node }) => node.id));
    total ??= await page.countTotal();
    ({ endCursor: after, hasNextPage: more } = page.pageInfo);
  }
  return { ids, total };
}

async function expectOwnLeadsToBeTrue(): Promise<void> {
  for (const [name, [filter, condition]] of Object.entries(filters)) {
    for (const sort of sorts) {
      const key = sort.field === 'SCORE' ? `COALESCE(score, -1) ${sort.direction}, id` : 'id';
      const rows: { id: string }[] = await database.db.query(
        `SELECT id FROM lead WHERE id IN (SELECT lead_id FROM lead_buyer WHERE agent_id = $1) AND ${condition} ORDER BY ${key} ${sort.direction}`,
        [buyer],
      );
      const { ids, total } = await walk(filter, sort);
      expect(ids, `${name} by ${sort.field} ${sort.direction}`).toEqual(rows.map(({ id }) => id));
      expect(total, name).toEqual({ value: rows.length, relation: 'EQ' });
    }
  }
}

describe('what an agent bought', () => {
  it('is all listed, once each, by every filter and in every order', async () => {
    await expectOwnLeadsToBeTrue();
    expect((await walk({}, { field: 'RECEIVED_AT', direction: 'DESC' })).ids.length).toBeGreaterThan(100);
  });

  it('is listed as its leads are by now', async () => {
    const { db } = database;
    await db.query(`UPDATE lead SET status = 'ERASED', state = NULL WHERE score = 4`);
    await db.query('UPDATE lead SET score = 10 - score WHERE score < 4');
    await db.query(`UPDATE lead SET score = NULL, status = 'SOLD' WHERE score = 9`);
    await expectOwnLeadsToBeTrue();
  });

  it('is the same after the migrations were taken back and run again', async () => {
    const runner = database.db.createQueryRunner();
    await runner.startTransaction();
    const migrations = [
      ...[new OwnLeads1764500000000(), new PlaceAndStatus1764600000000()],
      new OwnLeadsOfAPlace1765000000000(),
    ];
    for (const migration of migrations.toReversed()) await migration.down(runner);
    for (const migration of migrations) await migration.up(runner);
    await runner.commitTransaction();
    await runner.release();
    await expectOwnLeadsToBeTrue();
  });

  it('is not listed any more when its month was taken out', async () => {
    const month = monthStart(now, -5);
    await inTransaction(database.db, (tx) => ensureMonthPartitions(tx, month));
    const tables = await inTransaction(database.db, (tx) => detachMonth(tx, month, now));
    const [taken] = await database.db.query(
      `SELECT count(*)::int AS count FROM ${tables[0]} WHERE id IN (SELECT lead_id FROM lead_buyer WHERE agent_id = $1)`,
      [buyer],
    );
    expect(taken.count).toBeGreaterThan(10);
    await expectOwnLeadsToBeTrue();
  });
});
