import pg from 'pg';
import { afterEach, expect, it } from 'vitest';
import { eventually, type TestSubgraph } from '../src/testing/index.js';
import { startThings } from './thingsSubgraph.js';

let things: TestSubgraph;
let watcher: pg.Client;

afterEach(async () => {
  await watcher.end();
  await things.stop();
});

it('answers what is under way before it closes its connections, and leaves none', async () => {
  things = await startThings();
  watcher = new pg.Client({ connectionString: things.database.url });
  await watcher.connect();
  const sessions = async (condition: string) => {
    const sql = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'things' AND ${condition}`;
    return (await watcher.query<{ count: number }>(sql)).rows[0]?.count;
  };
  const asked = things.query('{ nap(seconds: 0.3) }');
  await eventually(async () => (await sessions("state = 'active' AND query LIKE '%pg_sleep%'")) === 1);
  await things.running.stop();
  expect((await asked).data).toEqual({ nap: true });
  await eventually(async () => (await sessions('true')) === 0);
});
