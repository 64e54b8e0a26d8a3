import { Counter, Gauge } from 'prom-client';
import { createCacheCounts } from '../cache/cacheMetrics.js';
import { EntityCache } from '../cache/entityCache.js';
import { createInvalidation } from '../cache/invalidation/invalidation.js';
import { createProcessLayer } from '../cache/processLayer.js';
import { createRedisStore } from '../cache/redis/redisStore.js';
import type { CacheConfig } from '../config/cache.js';
import type { BeforeEvent } from '../eventSource/jetStream/followedStream.js';
import type { NatsLink } from '../eventSource/jetStream/natsLink.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';

export interface CacheParts {
  /** NATS, where it is configured; not closed here. */
  readonly link: NatsLink | undefined;
  /** The names of the subgraphs that are served. */
  readonly subgraphs: () => readonly string[];
  /** Counted here: events that are about to be pushed. */
  readonly changes: { seen: number };
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What is kept of what subgraphs answer. */
export interface Cache {
  /** Undefined where nothing is. */
  readonly entityCache: EntityCache | undefined;
  /** Before an event is pushed: from then on nothing is joined that began before it, and nothing is read that was kept before it. */
  readonly before: BeforeEvent;
  close(): Promise<void>;
}

/** Wires the cache: Redis → invalidation → what fetches ask. */
export function createCache(
  config: CacheConfig | undefined,
  { link, subgraphs, changes, log, metrics }: CacheParts,
): Cache {
  const seen = countEvents(changes);
  if (!config || !link)
    return {
      entityCache: undefined,
      before(stream, position, created) {
        seen(stream, position, created);
        return undefined;
      },
      async close() {},
    };
  const { registry } = metrics;
  const store = createRedisStore({ url: config.redisUrl, fencing: config.fencing, log });
  const counts = { events: 0, invalid: 0, epochs: 0, pushedBefore: 0, unconfirmed: 0 };
  const invalidation = createInvalidation({ store, link, subgraphs, counts, log });
  const layer = createProcessLayer(config.memoryBytes);
  const registers = [registry];
  const figures = [
    ['entity_cache_events_total', 'Events by which what is kept was invalidated.', () => counts.events],
    ['entity_cache_invalid_events_total', 'Messages of the streams that are no valid events: what they say has changed stays as it was kept.', () => counts.invalid],
    ['entity_cache_epochs_total', 'Times at which all that was kept became void, since it was not known what had changed.', () => counts.epochs],
    ['entity_cache_pushed_before_total', 'Events that were pushed before they could be applied, since Redis or the stream was away.', () => counts.pushedBefore],
    ['entity_cache_unconfirmed_total', 'Mutations whose changes could not be told to Redis before they were answered.', () => counts.unconfirmed],
  ] as const; // biome-ignore format: a line each
  for (const [name, help, value] of figures)
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(value());
      },
    });
  new Gauge({
    name: 'entity_cache_on',
    help: 'Whether answers are kept: Redis is there and the streams of all subgraphs that have one are current.',
    registers,
    collect() {
      this.set(invalidation.allOn ? 1 : 0);
    },
  });
  new Gauge({
    name: 'entity_cache_memory_bytes',
    help: 'What the process holds of what is kept, roughly.',
    registers,
    collect() {
      this.set(layer.bytes);
    },
  });
  return {
    entityCache: new EntityCache({ store, layer, state: invalidation, counts: createCacheCounts(registry), log }),
    before(stream, position, created) {
      seen(stream, position, created);
      return invalidation.whenApplied(stream, position, created);
    },
    async close() {
      await invalidation.close();
      store.close();
    },
  };
}

/** Each event once, whoever follows it. */
function countEvents(changes: { seen: number }): (...event: Parameters<BeforeEvent>) => void {
  const last = new Map<string, { readonly position: number; readonly created: string | undefined }>();
  return (stream, position, created) => {
    const before = last.get(stream);
    if (before?.position === position && before.created === created) return;
    last.set(stream, { position, created });
    changes.seen += 1;
  };
}
