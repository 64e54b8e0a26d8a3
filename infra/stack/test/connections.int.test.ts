import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SubgraphName } from '../src/config.ts';
import { readDemoLeads } from '../src/demo/readDemoLeads.ts';
import { runDemo } from '../src/demo/runDemo.ts';
import { seed } from '../src/demo/seed.ts';
import { createGraphClient, type GraphClient } from '../src/graph/graphClient.ts';
import { findServerBinary } from '../src/services/serverProgram.ts';
import { watchServerConnections } from './serverConnections.ts';
import { readCounter } from './serviceMetrics.ts';
import { startTestPlatform, type TestPlatform } from './startTestPlatform.ts';

const START_MS = 120_000;
const RUN_MS = 120_000;
const BUDGET = 20;
const stores = ['leads', 'agents', 'payments', 'ai'] as const satisfies readonly SubgraphName[];
const canPool =
  findServerBinary({ program: 'pgbouncer', aptPackage: 'pgbouncer' }, { env: process.env, say: console.log }) !==
  undefined;

const BOARD = /* GraphQL */ `
  query Board($first: Int!) {
    leads(first: $first) {
      edges {
        node {
          id status
          source { name quality }
          timeline(first: 3) { edges { node { toStatus } } }
          qualification { score }
          offers { id status agent { id name licenses { state } wallet { availableCents } } charge { priceCents } }
          quotes { id priceCents }
        }
      }
    }
  }
`;

describe.each([
  { how: 'directly', pgbouncer: false },
  ...(canPool ? [{ how: 'through PgBouncer', pgbouncer: true }] : []),
])('the platform connected $how', ({ pgbouncer }) => {
  let test: TestPlatform;
  let operators: GraphClient[];

  beforeAll(async () => {
    test = await startTestPlatform({}, { pgbouncer });
    const { urls, issueToken } = test.platform;
    await seed({ graphqlUrl: urls.graphql, operatorToken: await issueToken({ kind: 'OPERATOR', sub: 'ops' }) });
    // Different persons, or the gateway would answer them all by one execution.
    operators = await Promise.all(
      Array.from({ length: 50 }, async (_, index) =>
        createGraphClient({
          graphqlUrl: urls.graphql,
          token: await issueToken({ kind: 'OPERATOR', sub: `ops-${index}` }),
        }),
      ),
    );
  }, START_MS);
  afterAll(() => test?.stop());

  it('stands behind PgBouncer exactly if it is to', () => {
    const { services, ports, urls } = test.platform;
    expect(services.includes('pgbouncer')).toBe(pgbouncer);
    const port = String(pgbouncer ? ports.pgbouncer : ports.postgres);
    expect(Object.values(urls.databases).map((url) => new URL(url).port)).toEqual(stores.map(() => port));
  });

  it(
    'keeps to the budget while leads go the whole way and operators look at everything, and refuses nobody',
    async () => {
      const { platform } = test;
      const watched = await watchServerConnections(platform);
      const leads = (await readDemoLeads()).slice(0, 40);
      let running = true;
      const run = runDemo({
        graphqlUrl: platform.urls.graphql,
        issueToken: platform.issueToken,
        leads,
        windowSeconds: 1,
        settleTimeoutMs: 60_000,
      }).finally(() => (running = false));
      let reads = 0;
      await Promise.all(
        operators.map(async (operator, index) => {
          for (let round = 0; running; round += 1) {
            await operator.request(BOARD, { first: 1 + ((index + round) % 30) });
            reads += 1;
          }
        }),
      );
      const { figures } = await run;
      const { total, byDatabase } = await watched.stop();
      expect(figures.soldLeads).toBeGreaterThan(10);
      expect(reads).toBeGreaterThan(operators.length);
      expect(total).toBeLessThanOrEqual(BUDGET);
      for (const count of Object.values(byDatabase)) expect(count).toBeLessThanOrEqual(BUDGET / 4);
      for (const name of stores) expect(await readCounter(platform, name, 'store_connection_refusals_total')).toBe(0);
    },
    RUN_MS,
  );

  it('cannot exceed it: PostgreSQL refuses a role more than its share, and each role has its limits', async () => {
    const superuser = `postgres://postgres:${test.platform.keys.passwords.postgres}@127.0.0.1:${test.platform.ports.postgres}/postgres`;
    const client = new pg.Client({ connectionString: superuser });
    await client.connect();
    const { rows } = await client.query<{ limit: number; settings: string[] }>(
      `SELECT rolconnlimit AS "limit", setconfig AS settings FROM pg_roles JOIN pg_db_role_setting ON setrole = pg_roles.oid
       WHERE rolname = ANY($1)`,
      [stores],
    );
    await client.end();
    expect(rows).toHaveLength(stores.length);
    expect(rows.reduce((sum, { limit }) => sum + limit, 0)).toBeLessThanOrEqual(BUDGET);
    for (const { settings } of rows) {
      expect(settings.map((each) => each.split('=')[0]).sort()).toEqual([
        'idle_in_transaction_session_timeout',
        'jit',
        'lock_timeout',
        'max_parallel_workers_per_gather',
        'statement_timeout',
      ]);
    }
  });

  it.runIf(pgbouncer)(
    'recovers when PgBouncer is killed: requests answer again, and what was under way is finished',
    async () => {
      const { platform } = test;
      const [operator] = operators as [GraphClient];
      const pid = platform.service('pgbouncer').pid as number;
      const run = runDemo({
        graphqlUrl: platform.urls.graphql,
        issueToken: platform.issueToken,
        leads: (await readDemoLeads()).slice(40, 70),
        windowSeconds: 1,
        settleTimeoutMs: 60_000,
      });
      await operator.request(BOARD, { first: 10 });
      process.kill(pid, 'SIGKILL');
      await vi.waitFor(() => {
        const { state, pid: next } = platform.service('pgbouncer');
        expect(state === 'ready' && next !== pid).toBe(true);
      }, 15_000);
      await operator.request(BOARD, { first: 10 });
      const { figures } = await run;
      expect(figures.soldLeads).toBeGreaterThan(5);
    },
    RUN_MS,
  );
});
