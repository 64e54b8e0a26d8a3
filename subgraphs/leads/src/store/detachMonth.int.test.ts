import { uuidv7 } from '@leadgraph/kit';
import { createTestDatabase, type TestDatabase } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rebuildReports } from '../reports/rebuildReports.js';
import { detachMonth } from './detachMonth.js';
import { leadsStore } from './leadsStore.js';
import { ensureMonthPartitions, monthStart } from './monthPartitions.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(leadsStore);
});
afterAll(() => database.drop());

const now = new Date();
const insert = async (at: Date) => {
  const id = uuidv7(at.getTime());
  await database.db.query(
    `INSERT INTO lead (id, version, status, source_id, line, language, age_band, max_sales, is_test, received_at, status_changed_at)
     VALUES ($1, 1, 'VALIDATED', $1, 'AUTO', 'en', 'UNKNOWN', 3, false, $2, $2)`,
    [id, at],
  );
  return id;
};
const found = async (id: string) =>
  (await database.db.query('SELECT count(*)::int AS count FROM lead WHERE id = $1', [id]))[0].count;
const received = async () =>
  Number((await database.db.query('SELECT sum(received) AS sum FROM funnel_rollup WHERE cuboid = 7'))[0].sum);

it('takes an old month out of the store; reports keep it, rebuilt or not', async () => {
  const { db } = database;
  const old = new Date(monthStart(now, -6).getTime() + 86_400_000);
  // as it is after months of running: the partition was made when the month came
  await db.transaction((tx) => ensureMonthPartitions(tx, old));
  const [away, here] = [await insert(old), await insert(now)];
  await rebuildReports(db);
  expect(await received()).toBe(2);

  const tables = await db.transaction((tx) => detachMonth(tx, old, now));
  expect(await found(away)).toBe(0);
  expect(await found(here)).toBe(1);
  expect((await db.query(`SELECT id FROM ${tables[0]}`)).map(({ id }: { id: string }) => id)).toEqual([away]);
  await rebuildReports(db);
  expect(await received()).toBe(2);
  // the sweeper does not bring it back
  expect(await db.transaction((tx) => ensureMonthPartitions(tx, now))).toEqual([]);
});

it('refuses months in use', async () => {
  for (const offset of [-3, 0, 2]) {
    await expect(database.db.transaction((tx) => detachMonth(tx, monthStart(now, offset), now))).rejects.toThrow(
      /only months before/,
    );
  }
});

it.each([14, -14, 40])('is not needed for a clock that jumps by %i months: leads go on being taken', async (months) => {
  const { db } = database;
  const then = new Date(monthStart(now, months).getTime() + 86_400_000);
  const early = await insert(then);
  expect((await db.transaction((tx) => ensureMonthPartitions(tx, then))).length).toBeGreaterThan(0);
  const late = await insert(then);
  expect(await found(early)).toBe(1);
  expect(await found(late)).toBe(1);
  expect((await db.query('SELECT count(*)::int AS count FROM lead_default'))[0].count).toBe(0);
});
