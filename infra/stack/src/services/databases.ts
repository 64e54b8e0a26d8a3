import pg from 'pg';
import { type SubgraphName, subgraphNames } from '../config.ts';
import type { ConnectionShare } from '../connectionBudget.ts';
import { scramSecret } from './scramSecret.ts';

/** What holds for every statement of a subgraph; on the role, because PgBouncer refuses it as start-up parameters. */
const ROLE_SETTINGS = {
  statement_timeout: '30s',
  lock_timeout: '5s',
  idle_in_transaction_session_timeout: '15s',
  // Statements take milliseconds: workers and compiled code take longer to start than they save. With a million leads the leaderboard takes 4 ms instead of 10, the slowest of speedToLeadReport 9 instead of 20.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
} as const;

/**
 * A role and a database for each subgraph, all idempotent. No role can connect to another's database, nor to those that PostgreSQL brings, nor have more connections
 * than its share (`shareOf`).
 * Answers the addresses by which the subgraphs connect.
 */
export async function provideDatabases(
  superuserUrl: string,
  passwords: Readonly<Record<SubgraphName, string>>,
  shareOf: (name: SubgraphName) => ConnectionShare,
): Promise<Record<SubgraphName, string>> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ rolname: string }>('SELECT rolname FROM pg_roles');
    const { rows: databases } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
    const roles = new Set(rows.map(({ rolname }) => rolname));
    const present = new Set(databases.map(({ datname }) => datname));
    await client.query('REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC');
    for (const name of subgraphNames) {
      const id = client.escapeIdentifier(name);
      const password = client.escapeLiteral(scramSecret(name, passwords[name]));
      await client.query(
        `${roles.has(name) ? 'ALTER' : 'CREATE'} ROLE ${id} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE
         CONNECTION LIMIT ${shareOf(name).limit} PASSWORD ${password}`,
      );
      for (const [setting, value] of Object.entries(ROLE_SETTINGS)) {
        await client.query(`ALTER ROLE ${id} SET ${setting} = '${value}'`);
      }
      if (!present.has(name)) await client.query(`CREATE DATABASE ${id} OWNER ${id}`);
      await client.query(`REVOKE ALL ON DATABASE ${id} FROM PUBLIC`);
    }
  } finally {
    await client.end();
  }
  return Object.fromEntries(
    subgraphNames.map((name) => {
      const url = new URL(superuserUrl);
      url.username = name;
      url.password = passwords[name];
      url.pathname = `/${name}`;
      return [name, url.href];
    }),
  ) as Record<SubgraphName, string>;
}
