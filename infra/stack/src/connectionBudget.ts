/** Server connections of the whole platform, over the four databases, whoever holds them. */
export const DEFAULT_CONNECTION_BUDGET = 20;

const STORES = 4;

/** Two for a pool, so that requests and background work have one each, and one to spare. */
export const LEAST_CONNECTION_BUDGET = 3 * STORES;

/** What each subgraph's database has of the budget. */
export interface ConnectionShare {
  /** What its role may have: enforced by PostgreSQL (`CONNECTION LIMIT`). */
  readonly limit: number;
  /**
   * What its service has: its pool, and PgBouncer's for it. Requests, relay, consumers, sweepers, workers and migrations take theirs from it. The one that is
   * left is for a look inside, and for a process that has ended and whose connection the server has not missed yet.
   */
  readonly pool: number;
}

/** A quarter of the budget. This is the one place that knows how the platform's connections are divided. */
export function connectionShare(budget: number): ConnectionShare {
  const limit = Math.floor(budget / STORES);
  return { limit, pool: limit - 1 };
}
