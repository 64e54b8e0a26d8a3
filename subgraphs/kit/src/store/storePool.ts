import pg from 'pg';
import type { Metrics } from '../metrics.js';
import { currentScope } from '../requestScope.js';
import { ConnectionLanes, type Lane, type LaneLimits, storeBusy } from './connectionLanes.js';

type Release = (error?: Error | boolean) => void;
type ConnectCallback = (error: Error | undefined, client: pg.PoolClient | undefined, release: Release) => void;

/** How long connections in use may still be when the pool is closed, before they are cut. */
const LAST_CALL_MS = 1_000;

/** too_many_connections: the role's or the server's limit */
const TOO_MANY_CONNECTIONS = '53300';

/**
 * The `pg` that TypeORM is to use: its pool lets requests and background work have connections in turn, refuses whoever would wait too long
 * (STORE_BUSY), and tells the metrics.
 */
export function storeDriver(limits: LaneLimits, metrics?: Metrics): typeof pg {
  class StorePool extends pg.Pool {
    readonly #lanes = new ConnectionLanes(limits);
    readonly #inUse = new Set<pg.PoolClient>();

    constructor(config?: pg.PoolConfig) {
      super(config);
      metrics?.observePool(limits.requestsOnly ? 'replica' : 'primary', {
        inUse: (lane) => this.#lanes.held(lane),
        waiting: (lane) => this.#lanes.waiting(lane),
        idle: () => this.idleCount,
      });
    }

    override connect(): Promise<pg.PoolClient>;
    override connect(callback: ConnectCallback): void;
    override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
      const connected = this.#connect();
      if (!callback) return connected;
      connected.then(
        (client) => callback(undefined, client, client.release),
        (error: Error) => callback(error, undefined, () => undefined),
      );
      return undefined;
    }

    override end(): Promise<void>;
    override end(callback: () => void): void;
    override end(callback?: () => void): Promise<void> | undefined {
      this.#lanes.close();
      const cut = setTimeout(() => {
        for (const client of this.#inUse) void (client as unknown as pg.Client).end();
      }, LAST_CALL_MS);
      const ended = super.end().finally(() => clearTimeout(cut));
      if (!callback) return ended;
      ended.then(callback, callback);
      return undefined;
    }

    async #connect(): Promise<pg.PoolClient> {
      const lane: Lane = currentScope()?.origin === 'request' ? 'request' : 'background';
      const asked = performance.now();
      const leave = await this.#lanes.enter(lane).catch((error: unknown) => {
        metrics?.connectionRefusals.inc({ lane });
        throw error;
      });
      try {
        const client = await super.connect();
        metrics?.connectionWaits.observe({ lane }, (performance.now() - asked) / 1_000);
        this.#inUse.add(client);
        const release = client.release;
        client.release = (error) => {
          this.#inUse.delete(client);
          release(error);
          leave();
        };
        return client;
      } catch (error) {
        leave();
        if ((error as { code?: unknown }).code !== TOO_MANY_CONNECTIONS) throw error;
        metrics?.connectionRefusals.inc({ lane });
        throw storeBusy();
      }
    }
  }
  return { ...pg, Pool: StorePool as unknown as typeof pg.Pool };
}

/** What the gauges of a pool are read from. */
export interface PoolState {
  inUse(lane: Lane): number;
  waiting(lane: Lane): number;
  idle(): number;
}
