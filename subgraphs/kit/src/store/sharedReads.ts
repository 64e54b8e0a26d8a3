import type { DataSource, EntityManager } from 'typeorm';
import type { Metrics } from '../metrics.js';
import { isUuid } from '../uuid.js';
import { KeyCollector, type ReadConnection } from './keyCollector.js';
import { isInTransaction } from './transaction.js';

/** A kind of read by key: at most one statement, whatever the number of keys. What it answers for a key depends on that key alone. */
export interface KeyedRead<V> {
  /** Names it in metrics. */
  readonly name: string;
  /** Gets distinct keys and returns the rows of all of them; those of one key in the order in which they are wanted. */
  load(manager: EntityManager, keys: readonly string[]): Promise<readonly V[]>;
  keyOf(row: V): string;
  /** Which keys the statement can take; the others have no rows. One caller's malformed key must not fail the others. Default: UUIDs. */
  isKey?(key: string): boolean;
}

/** A keyed read that any number of requests may use at the same time. */
export interface SharedRead<V> {
  /** The rows of each key, in the order of the keys. The objects belong to the caller. */
  load(keys: readonly string[]): Promise<V[][]>;
}

export interface SharedReadsOptions {
  db: DataSource;
  metrics?: Metrics;
  /** False: every call sends a statement of its own. Default: true. */
  share?: boolean;
  /** Of one statement. Default: 1,000. */
  mostKeys?: number;
  /** How long a statement of the same read is waited for before another is sent beside it. Default: 25 ms. */
  longestWaitMs?: number;
}

/**
 * The keyed reads of a process. Those of concurrent requests are answered together (see `KeyCollector`); data loaders on top of them keep identity and
 * caching per request. Rights are checked on what was loaded, never by the statement, which serves everybody.
 */
export class SharedReads {
  readonly #options: SharedReadsOptions;

  constructor(options: SharedReadsOptions) {
    this.#options = options;
  }

  /** Makes a read; once for the process. */
  read<V>(read: KeyedRead<V>): SharedRead<V> {
    return this.#guarded(read, this.#collectorOf(read));
  }

  /**
   * Makes a read with arguments, e.g. how many rows of each key: only calls with the same arguments are answered together. Nothing is kept of arguments that
   * nobody asks for at the moment.
   */
  readWith<A, V>(make: (args: A) => KeyedRead<V>): (args: A) => SharedRead<V> {
    const collectors = new Map<string, KeyCollector<V>>();
    return (args) => {
      const read = make(args);
      const id = JSON.stringify(args);
      return this.#guarded(read, {
        load: (keys) => {
          const collector = collectors.get(id) ?? this.#collectorOf(read, () => collectors.delete(id));
          collectors.set(id, collector);
          return collector.load(keys);
        },
      });
    };
  }

  /** Asks only for keys that can be asked for, and only outside of transactions: a shared statement would not see what the transaction wrote. */
  #guarded<V>(read: KeyedRead<V>, shared: SharedRead<V>): SharedRead<V> {
    const { db, share = true } = this.#options;
    const isKey = read.isKey ?? isUuid;
    const source = share ? shared : { load: (keys: readonly string[]) => loadAlone(db, read, keys) };
    return {
      async load(keys) {
        if (isInTransaction())
          throw new Error(`"${read.name}" is a shared read; within a transaction read by its manager`);
        const usable = keys.filter((key) => isKey(key));
        const rows = await source.load(usable);
        if (usable.length === keys.length) return rows;
        const byKey = new Map(usable.map((key, index) => [key, rows[index]]));
        return keys.map((key) => byKey.get(key) ?? []);
      },
    };
  }

  #collectorOf<V>(read: KeyedRead<V>, onIdle?: () => void): KeyCollector<V> {
    const { db, metrics, mostKeys = 1_000, longestWaitMs = 25 } = this.#options;
    return new KeyCollector<V>({
      connect: () => connect(db, read),
      keyOf: read.keyOf,
      mostKeys,
      longestWaitMs,
      ...(onIdle && { onIdle }),
      onStatement(keys, waitsMs) {
        metrics?.sharedReadKeys.observe({ read: read.name }, keys);
        for (const waitMs of waitsMs) metrics?.sharedReadWaits.observe({ read: read.name }, waitMs / 1_000);
      },
    });
  }
}

async function connect<V>(db: DataSource, read: KeyedRead<V>): Promise<ReadConnection<V>> {
  const runner = db.createQueryRunner();
  try {
    await runner.connect();
  } catch (error) {
    await runner.release();
    throw error;
  }
  return { load: (keys) => read.load(runner.manager, keys), release: () => runner.release() };
}

async function loadAlone<V>(db: DataSource, read: KeyedRead<V>, keys: readonly string[]): Promise<V[][]> {
  if (keys.length === 0) return [];
  const rows = Map.groupBy(await read.load(db.manager, keys), read.keyOf);
  return keys.map((key) => rows.get(key) ?? []);
}
