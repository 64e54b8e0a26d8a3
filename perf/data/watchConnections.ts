import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { SubgraphName } from '../../infra/stack/src/config.ts';

const LOOK_MS = 20;

/** The most server connections that there were at once to the databases that are looked at, and of them that had a statement or a transaction under way. */
export interface Connections {
  readonly most: number;
  readonly mostBusy: number;
}

/** Looks at PostgreSQL's sessions again and again, but for the measurement's own. `take` answers the most since it was asked last. */
export async function watchConnections(
  url: string,
  databases: readonly SubgraphName[],
): Promise<{ take(): Connections; stop(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let seen = { most: 0, mostBusy: 0 };
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const { rows } = await client.query<{ all: number; busy: number }>(
        `SELECT count(*)::int AS all, count(*) FILTER (WHERE state <> 'idle')::int AS busy
         FROM pg_stat_activity WHERE datname = ANY ($1) AND backend_type = 'client backend' AND usename <> current_user`,
        [databases],
      );
      const [{ all, busy } = { all: 0, busy: 0 }] = rows;
      seen = { most: Math.max(seen.most, all), mostBusy: Math.max(seen.mostBusy, busy) };
      await delay(LOOK_MS);
    }
  })();
  return {
    take() {
      const taken = seen;
      seen = { most: 0, mostBusy: 0 };
      return taken;
    },
    async stop() {
      stopped = true;
      await watching.finally(() => client.end());
    },
  };
}
