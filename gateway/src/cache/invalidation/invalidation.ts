import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../errors/reasonOf.js';
import type { NatsLink } from '../../eventSource/jetStream/natsLink.js';
import { subjectsOverlap } from '../../eventSource/jetStream/streamLocations.js';
import type { Logger } from '../../log.js';
import { entityTag, type Tag } from '../cacheStore.js';
import type { CacheState } from '../entityCache.js';
import type { RedisStore } from '../redis/redisStore.js';
import { CachedStream } from './cachedStream.js';

/** How often it is looked for streams of subgraphs. */
const LOOK_MS = 2_000;
/** While the supergraph is being loaded. */
const STARTING_MS = 20;
/** For how long an event waits for the store before it is pushed all the same. */
const MOST_WAIT_MS = 2_000;
/** After the store was away: every other gateway is connected again by then, and applies events before it pushes them. */
const SETTLING_MS = 1_000;

export interface InvalidationCounts {
  events: number;
  epochs: number;
  /** Events that were pushed before they could be applied. */
  pushedBefore: number;
  /** Changes of mutations of which it is not known whether they were applied. */
  unconfirmed: number;
}

export interface InvalidationOptions {
  readonly store: RedisStore;
  readonly link: NatsLink;
  /** The names of the subgraphs that are served: each is the first part of its events' subjects. */
  readonly subgraphs: () => readonly string[];
  readonly counts: InvalidationCounts;
  readonly log: Logger;
}

export interface Invalidation extends CacheState {
  /** Whether it is on for all subgraphs that have a stream. */
  readonly allOn: boolean;
  /** To be waited for before an event is handed to a subscriber; undefined where it has been applied. */
  whenApplied(stream: string, position: number): Promise<void> | undefined;
  close(): Promise<void>;
}

/**
 * Invalidates what is kept, by the events of all subgraphs that have a stream (subjects `<subgraph>.>`), and by what mutations have changed. It is on for a subgraph while the store is there and its streams are current. Events wait for a store that is away for 2 s, once; then they are pushed
 * without it until it is back: nobody has anything from the cache meanwhile.
 */
export function createInvalidation({ store, link, subgraphs, counts, log }: InvalidationOptions): Invalidation {
  const closing = new AbortController();
  const streams = new Map<string, CachedStream>();
  /** By subgraph. */
  let followed = new Map<string, readonly CachedStream[]>();
  let settled = false;
  let awaySince: number | undefined = performance.now();
  let settling: NodeJS.Timeout | undefined;
  let wasOn: boolean | undefined;

  const isCurrent = (subgraph: string) => {
    const own = followed.get(subgraph);
    return own !== undefined && own.length > 0 && own.every((stream) => stream.isCurrent);
  };
  const state = {
    get on() {
      return settled && store.ready && [...followed.keys()].some(isCurrent);
    },
    isOn: (subgraph: string) => settled && store.ready && isCurrent(subgraph),
  };
  const allOn = () => settled && store.ready && followed.size > 0 && [...followed.keys()].every(isCurrent);
  const tell = () => {
    const on = allOn();
    if (on === wasOn) return;
    wasOn = on;
    log.info({ on }, on ? 'answers are kept' : 'answers are not kept now');
  };

  let first = true;
  store.watch({
    onReady() {
      clearTimeout(settling);
      awaySince = undefined;
      // At the start nobody has waited for this process.
      settling = setTimeout(
        () => {
          settled = true;
          tell();
        },
        first ? 0 : SETTLING_MS,
      );
      first = false;
    },
    onAway() {
      clearTimeout(settling);
      settled = false;
      awaySince = performance.now();
      tell();
    },
  });

  const tagsOf = (subject: string, entities: readonly { readonly __typename: string; readonly key: string }[]) => {
    const [owner = ''] = subject.split('.', 1);
    const known = subgraphs();
    // Of a stream that is named otherwise: of whom it is, nobody says.
    const owners = known.includes(owner) ? [owner] : known;
    return entities.flatMap(({ __typename, key }) => owners.map((each) => entityTag(each, __typename, key)));
  };

  const open = (name: string): CachedStream => {
    const stream = new CachedStream({
      ...{ name, link, store, tagsOf, log },
      onApplied: () => {
        counts.events += 1;
      },
      onRenewed: () => {
        counts.epochs += 1;
      },
      onTurn: tell,
      onGone: () => {
        if (streams.get(name) === stream) streams.delete(name);
        followed = new Map([...followed].filter(([, own]) => !own.includes(stream)));
        void stream.close();
        tell();
      },
    });
    streams.set(name, stream);
    return stream;
  };

  const look = async () => {
    const found = new Map<string, CachedStream[]>();
    const infos = await link.attempt('streams', closing.signal, async ({ manager }) => {
      const all: { name: string; subjects: readonly string[] }[] = [];
      for await (const { config } of manager.streams.list())
        all.push({ name: config.name, subjects: config.subjects ?? [] });
      return all;
    });
    for (const subgraph of subgraphs()) {
      const own = infos.filter(({ subjects }) => subjects.some((each) => subjectsOverlap(each, `${subgraph}.>`)));
      if (own.length > 0)
        found.set(
          subgraph,
          own.map(({ name }) => streams.get(name) ?? open(name)),
        );
    }
    const used = new Set([...found.values()].flat());
    for (const [name, stream] of streams) {
      if (used.has(stream)) continue;
      streams.delete(name);
      void stream.close();
    }
    followed = found;
    tell();
  };
  const looking = (async () => {
    while (!closing.signal.aborted) {
      try {
        await look();
      } catch (error) {
        if (!closing.signal.aborted)
          log.warn({ reason: reasonOf(error) }, 'it could not be found out which streams there are');
      }
      const pause = subgraphs().length === 0 ? STARTING_MS : LOOK_MS;
      await delay(pause, undefined, { signal: closing.signal }).catch(() => {}); // closed meanwhile
    }
  })();

  return {
    ...state,
    get on() {
      return state.on;
    },
    get allOn() {
      return allOn();
    },
    async changed(tags: readonly Tag[]) {
      try {
        await store.invalidate(tags);
      } catch (error) {
        counts.unconfirmed += 1;
        log.warn(
          { reason: reasonOf(error) },
          'what a mutation has changed could not be told to the cache; its event will',
        );
      }
    },
    whenApplied(name, position) {
      const stream = streams.get(name);
      const applied = stream?.whenApplied(position);
      if (!applied) return undefined;
      const left = MOST_WAIT_MS - (awaySince === undefined ? 0 : performance.now() - awaySince);
      if (left <= 0) {
        counts.pushedBefore += 1;
        return undefined;
      }
      const limit = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        counts.pushedBefore += 1;
        limit.resolve();
      }, left);
      return Promise.race([applied, limit.promise]).finally(() => clearTimeout(timer));
    },
    async close() {
      closing.abort(new Error('closed'));
      clearTimeout(settling);
      await Promise.all([looking, ...[...streams.values()].map((stream) => stream.close())]);
    },
  };
}
