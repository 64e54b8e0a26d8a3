import { createTestDatabase, pageFaults, type TestDatabase } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leadsStore } from './leadsStore.js';
import { listSources } from './sourceStore.js';

const PAGE = 20;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(leadsStore);
  // Some names are everywhere; one partner has a tenth of all sources.
  await database.db.query(`
    INSERT INTO source (id, version, name, partner, pricing_type, created_at)
    SELECT gen_random_uuid(), 1, CASE WHEN n % 20 = 0 THEN 'web' ELSE 'source ' || n END, CASE WHEN n % 10 = 1 THEN 'big' WHEN n % 100 = 3 THEN 'middling' ELSE 'partner ' || n % 3000 END || CASE WHEN n % 20 = 0 THEN n::text ELSE '' END, 'FIXED', now()
    FROM generate_series(0, 29999) AS n`);
  await database.db.query('VACUUM (ANALYZE) source');
});
afterAll(() => database.drop());

describe("the plan of the sources' list", () => {
  it.each([
    ['nothing', {}],
    ['a partner', { partner: 'partner 77' }],
    ['a partner with some', { partner: 'middling' }],
    ['a partner with many', { partner: 'big' }],
    ['a name', { name: 'source 4711' }],
    ['a common name', { name: 'web' }],
    ['a partner and a name', { partner: 'big', name: 'source 4711' }],
  ])('by %s', async (_, filter) => {
    const list = (after: string | null) => listSources(database.db, filter, { first: PAGE, after });
    expect((await list(null)).edges.length).toBeGreaterThan(0);
    expect(await pageFaults(database.db, { sorts: PAGE, reads: 25 * PAGE }, list)).toEqual([]);
  });
});
