import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { subgraphNames } from '../src/config.ts';
import type { Platform } from '../src/platform.ts';

export interface Connections {
  /** Over the four databases, whoever holds them. */
  readonly total: number;
  readonly byDatabase: Readonly<Record<string, number>>;
}

/** Looks at PostgreSQL's sessions again and again until it is stopped; answers the most that there were. */
export async function watchServerConnections(platform: Platform): Promise<{ stop(): Promise<Connections> }> {
  const { ports, keys } = platform;
  const client = new pg.Client({
    connectionString: `postgres://postgres:${keys.passwords.postgres}@127.0.0.1:${ports.postgres}/postgres`,
  });
  await client.connect();
  let total = 0;
  const byDatabase: Record<string, number> = {};
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const { rows } = await client.query<{ datname: string; count: number }>(
        'SELECT datname, count(*)::int AS count FROM pg_stat_activity WHERE datname = ANY($1) GROUP BY datname',
        [subgraphNames],
      );
      for (const { datname, count } of rows) byDatabase[datname] = Math.max(byDatabase[datname] ?? 0, count);
      total = Math.max(
        total,
        rows.reduce((sum, { count }) => sum + count, 0),
      );
      await delay(10);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await watching.finally(() => client.end());
      return { total, byDatabase };
    },
  };
}
