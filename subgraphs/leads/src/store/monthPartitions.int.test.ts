import { KitTables1700000000000, uuidFloor, uuidv7 } from '@leadgraph/kit';
import { createTestDatabase, type TestDatabase } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LeadTables1763900000000 } from './migrations/1763900000000LeadTables.js';
import { ensureMonthPartitions, monthlyTables, monthStart, partitionName } from './monthPartitions.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ entities: [], migrations: [KitTables1700000000000, LeadTables1763900000000] });
});
afterAll(() => database.drop());

const partitions = async (table: string): Promise<string[]> =>
  (
    await database.db.query(
      `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
       WHERE inhparent = $1::regclass ORDER BY 1`,
      [table],
    )
  ).map((row: { name: string }) => row.name);

const insert = (id: string) =>
  database.db.query(
    `INSERT INTO lead (id, version, status, source_id, line, language, age_band, max_sales, is_test, received_at, status_changed_at)
     VALUES ($1, 1, 'VALIDATED', $1, 'AUTO', 'en', 'UNKNOWN', 3, true, now(), now())`,
    [id],
  );
const partitionOf = async (id: string): Promise<string> =>
  (await database.db.query('SELECT tableoid::regclass::text AS name FROM lead WHERE id = $1', [id]))[0].name;

describe('the month partitions', () => {
  it('are there for months around now after the migration, with a default for all others', async () => {
    const now = new Date();
    for (const table of monthlyTables) {
      expect(await partitions(table.name)).toEqual(
        [-3, -2, -1, 0, 1, 2]
          .map((offset) => partitionName(table, monthStart(now, offset)))
          .concat(`${table.name}_default`),
      );
    }
  });

  it('take each lead by the time in its id', async () => {
    const now = new Date();
    const ids = [-1, 0, 1].map((offset) => uuidv7(monthStart(now, offset).getTime()));
    for (const [index, id] of ids.entries()) {
      await insert(id);
      expect(await partitionOf(id)).toBe(partitionName({ name: 'lead', column: 'id' }, monthStart(now, index - 1)));
    }
    const lastMillisecond = uuidv7(monthStart(now, 1).getTime() - 1);
    await insert(lastMillisecond);
    expect(await partitionOf(lastMillisecond)).toBe(partitionName({ name: 'lead', column: 'id' }, monthStart(now)));
  });

  it('are made ahead, once, and take over what the default partition had taken in', async () => {
    const later = monthStart(new Date(), 8);
    const id = uuidv7(later.getTime() + 86_400_000);
    await insert(id);
    expect(await partitionOf(id)).toBe('lead_default');
    const made = await database.db.transaction((tx) => ensureMonthPartitions(tx, later));
    expect(made).toHaveLength(2 * 6);
    expect(await partitionOf(id)).toBe(partitionName({ name: 'lead', column: 'id' }, later));
    expect(await database.db.transaction((tx) => ensureMonthPartitions(tx, later))).toEqual([]);
    await expect(insert(id)).rejects.toThrow(/duplicate key/);
  });

  it.each([
    ['a lead by id', "SELECT * FROM lead WHERE id = '$ID'", 1],
    ['its timeline', "SELECT * FROM lead_event WHERE lead_id = '$ID' ORDER BY version", 1],
    [
      'a span within a month',
      "SELECT * FROM lead WHERE id >= '$FLOOR' AND id < '$ID' AND status = 'SOLD' ORDER BY id DESC LIMIT 20",
      1,
    ],
  ])('of other months are not read for %s', async (_, sql, most) => {
    const start = monthStart(new Date());
    const id = uuidv7(start.getTime() + 3_600_000);
    const plan = await database.db.query(
      `EXPLAIN (FORMAT JSON) ${sql.replace('$ID', id).replace('$FLOOR', uuidFloor(start))}`,
    );
    const read = new Set(JSON.stringify(plan).match(/"Relation Name": ?"([^"]+)"/g) ?? []);
    expect(read.size).toBeLessThanOrEqual(most);
    expect([...read].join()).not.toContain('default');
  });

  it('have bounds that every id of their time lies above', () => {
    const at = new Date('2026-11-01T00:00:00.000Z');
    expect(uuidFloor(at)).toMatch(/^[\da-f]{8}-[\da-f]{4}-0000-0000-0{12}$/);
    expect(uuidFloor(new Date('1960-01-01'))).toMatch(/^0{8}-0{4}-/);
    expect(uuidFloor(new Date(8.64e15))).toMatch(/^f{8}-f{4}-/);
    expect(uuidv7(at.getTime()) > uuidFloor(at)).toBe(true);
    expect(uuidv7(at.getTime() - 1) < uuidFloor(at)).toBe(true);
  });
});
