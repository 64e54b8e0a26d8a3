import type { DataSource } from 'typeorm';
import type { SubgraphConfig } from '../config.js';
import type { Metrics } from '../metrics.js';
import { createDataSource, type StoreOptions } from './dataSource.js';

/** A replica that does not answer in this time is one that the primary stands in for. */
const REPLICA_WITHIN_MS = 1_000;

/** How a subgraph's stores are opened, for `SubgraphOptions`. */
export interface SubgraphStores {
  createDataSource(tools: { metrics: Metrics }): DataSource;
  createReplica(tools: { metrics: Metrics }): DataSource | undefined;
}

/** The database of a subgraph and, if the configuration names one, the read replica of it, each with a pool of its own. */
export function subgraphStores(
  name: string,
  config: SubgraphConfig,
  store: Pick<StoreOptions, 'entities' | 'migrations'>,
): SubgraphStores {
  const common = {
    ...store,
    name,
    acquireTimeoutMs: config.databaseAcquireTimeoutMs,
    mostWaiting: config.databaseMostWaiting,
  };
  return {
    createDataSource: ({ metrics }) =>
      createDataSource({ ...common, url: config.databaseUrl, poolSize: config.databasePoolSize, metrics }),
    createReplica: ({ metrics }) =>
      config.replicaUrl === undefined
        ? undefined
        : createDataSource({
            ...common,
            url: config.replicaUrl,
            poolSize: config.replicaPoolSize ?? 2,
            replica: true,
            acquireTimeoutMs: Math.min(config.databaseAcquireTimeoutMs, REPLICA_WITHIN_MS),
            metrics,
          }),
  };
}
