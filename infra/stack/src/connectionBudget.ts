/** Server connections of the whole platform, over the four databases and their replicas, whoever holds them. */
export const DEFAULT_CONNECTION_BUDGET = 20;

const STORES = 4;

/** Two for a pool, so that requests and background work have one each, and one to spare. */
export const LEAST_CONNECTION_BUDGET = 3 * STORES;
/** One more for the replica. */
export const LEAST_CONNECTION_BUDGET_WITH_REPLICA = 4 * STORES;

/** What each subgraph's database has of the budget. */
export interface ConnectionShare {
  /** What its role may have at the primary: enforced by PostgreSQL (`CONNECTION LIMIT`). With `replicaPool` it is the whole share. */
  readonly limit: number;
  /**
   * What its service has: its pool, and PgBouncer's for it. Requests, relay, consumers, sweepers, workers and migrations take theirs from it. The one that is
   * left is for a look inside, and for a process that has ended and whose connection the server has not missed yet.
   */
  readonly pool: number;
  /** What its service has at the read replica; 0 without one. */
  readonly replicaPool: number;
}

/** A quarter of the budget, half of whose pool is the replica's where there is one. This is the one place that knows how the platform's connections are divided. */
export function connectionShare(budget: number, { replica }: { replica: boolean }): ConnectionShare {
  const share = Math.floor(budget / STORES);
  const replicaPool = replica ? Math.floor((share - 1) / 2) : 0;
  return { limit: share - replicaPool, pool: share - replicaPool - 1, replicaPool };
}
