import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { lanes } from './connectionLanes.js';
import type { PoolState } from './storePool.js';

/** The subgraph's database, or the read replica of it. */
export type StoreRole = 'primary' | 'replica';

/** What is measured of a subgraph's store: statements, connections, shared reads. */
export function createStoreMetrics(registry: Registry) {
  const registers = [registry];
  const pools = new Map<StoreRole, PoolState>();
  new Gauge({
    name: 'store_connections',
    help: 'Connections of this process by state (in_use, idle), and who waits for one (waiting), by lane (request, background; idle has none) and store (primary, replica).',
    labelNames: ['state', 'lane', 'store'],
    registers,
    collect() {
      for (const [store, pool] of pools) {
        for (const lane of lanes) {
          this.set({ state: 'in_use', lane, store }, pool.inUse(lane));
          this.set({ state: 'waiting', lane, store }, pool.waiting(lane));
        }
        this.set({ state: 'idle', lane: '', store }, pool.idle());
      }
    },
  });
  return {
    /** Tells from what the gauges of a pool are read; the latest pool of a store counts. */
    observePool(store: StoreRole, state: PoolState): void {
      pools.set(store, state);
    },
    statements: new Counter({
      name: 'sql_statements_total',
      help: 'SQL statements sent, by what caused them (request, consumer, background). Transaction control is not counted.',
      labelNames: ['origin'],
      registers,
    }),
    connectionWaits: new Histogram({
      name: 'store_connection_wait_seconds',
      help: 'Time from asking for a connection to having it, by lane.',
      labelNames: ['lane'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    }),
    connectionRefusals: new Counter({
      name: 'store_connection_refusals_total',
      help: 'Who got no connection because too many waited or it took too long (STORE_BUSY), by lane.',
      labelNames: ['lane'],
      registers,
    }),
    sharedReadKeys: new Histogram({
      name: 'shared_read_keys',
      help: 'Distinct keys that one statement of a keyed read asked for.',
      labelNames: ['read'],
      buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
      registers,
    }),
    sharedReadWaits: new Histogram({
      name: 'shared_read_wait_seconds',
      help: 'Time from a request asking for keys to the beginning of the statement that answers it; its count is the requests answered.',
      labelNames: ['read'],
      buckets: [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    }),
  };
}
