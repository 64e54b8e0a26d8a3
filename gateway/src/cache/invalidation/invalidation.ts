import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../errors/reasonOf.js';
import type { NatsLink } from '../../eventSource/jetStream/natsLink.js';
import { subjectsOverlap } from '../../eventSource/jetStream/streamLocations.js';
import type { Logger } from '../../log.js';
import { entityTag, type Tag } from '../cacheStore.js';
import type { CacheState } from '../entityCache.js';
import type { RedisStore } from '../redis/redisStore.js';
import { CachedStream } from './cachedStream.js';
import { UnconfirmedChanges } from './unconfirmedChanges.js';

/** How often it is looked for streams of subgraphs. */
const LOOK_MS = 2_000;
/** While the supergraph is being loaded. */
const STARTING_MS = 20;
/** For how long an event waits for the store before it is pushed all the same. */
const MOST_WAIT_MS = 2_000;
/** After the store has come (back): every other gateway is connected again by then, and applies events before it pushes them. */
const SETTLING_MS = 1_000;
/** Invalid messages are logged at most once in this time. */
const INVALID_LOG_MS = 10_000;

export interface InvalidationCounts {
  events: number;
  /** Messages that are no valid events. */
  invalid: number;
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
  /** Why answers of some subgraph, or of all, are not kept now; empty where they are. For people. */
  readonly reasonsOff: readonly string[];
  /** To be waited for before an event of a stream, made at a time, is handed to a subscriber; undefined where it has been applied. */
  whenApplied(stream: string, position: number, created: string | undefined): Promise<void> | undefined;
  close(): Promise<void>;
}

/**
 * Invalidates what is kept, by the events of all subgraphs that have a stream (subjects `<subgraph>.>`), and by what mutations have changed. It is on for a subgraph while the store is there, has taken what mutations have changed, and its streams are current. Events wait for a store that is away (or does
 * not answer) for 2 s, once; then they are pushed without it until it is back: nobody has anything from the cache meanwhile, and for 1 s more, since other gateways come back to it a little later.
 */
export function createInvalidation({ store, link, subgraphs, counts, log }: InvalidationOptions): Invalidation {
  const closing = new AbortController();
  const streams = new Map<string, CachedStream>();
  /** By subgraph. */
  let followed = new Map<string, readonly CachedStream[]>();
  let settled = false;
  let awaySince: number | undefined = performance.now();
  let settling: NodeJS.Timeout | undefined;
  let answers = true;
  let told: string | undefined;
  let invalidLoggedAt = 0;
  /** Resolves when it is known which streams there are. */
  const found = Promise.withResolvers<void>();
  let isFound = false;

  const isCurrent = (subgraph: string) => {
    const own = followed.get(subgraph);
    return own !== undefined && own.length > 0 && own.every((stream) => stream.isCurrent);
  };
  const mayBeOn = () => settled && store.ready && !unconfirmed.any;
  const isOn = (subgraph: string) => mayBeOn() && isCurrent(subgraph);
  const reasonsOff = () => [
    ...(store.ready ? [] : ['Redis is away']),
    ...(store.ready && !answers ? ['Redis does not answer'] : []),
    ...(store.ready && !settled ? ['other gateways may not be back at Redis yet'] : []),
    ...(unconfirmed.any ? ['changes of mutations could not be told to Redis yet'] : []),
    ...(followed.size === 0 ? ['no subgraph has a stream'] : []),
    ...[...followed.keys()]
      .filter((each) => !isCurrent(each))
      .map((each) => `events of ${each} are still to be applied`),
  ];
  const tell = () => {
    if (closing.signal.aborted) return;
    const reasons = reasonsOff();
    const text = reasons.join('; ');
    if (text === told) return;
    told = text;
    log.info({ on: reasons.length === 0, reasons }, reasons.length === 0 ? 'answers are kept' : 'answers are not kept');
  };
  const unconfirmed = new UnconfirmedChanges({ store, signal: closing.signal, onTurn: tell });

  store.watch({
    onReady() {
      clearTimeout(settling);
      awaySince = undefined;
      for (const stream of streams.values()) stream.resume();
      // Also at the first time: it may have come this moment.
      settling = setTimeout(() => {
        settled = true;
        tell();
      }, SETTLING_MS);
      tell();
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
    // Of a stream that is named otherwise, of whom it is, nobody says; or of a subgraph that others serve already: they do not apply again what was applied here.
    const owners = known.includes(owner) ? [owner] : [...known, owner];
    return entities.flatMap(({ __typename, key }) => owners.map((each) => entityTag(each, __typename, key)));
  };

  const open = (name: string): CachedStream => {
    const stream = new CachedStream({
      ...{ name, link, store, tagsOf, log },
      patience: () => MOST_WAIT_MS - (awaySince === undefined ? 0 : performance.now() - awaySince),
      onApplied: () => {
        counts.events += 1;
      },
      onInvalid: (position) => {
        counts.invalid += 1;
        if (Date.now() - invalidLoggedAt < INVALID_LOG_MS) return;
        invalidLoggedAt = Date.now();
        log.warn(
          { stream: name, position, invalid: counts.invalid },
          'a message is no valid event; nothing is dropped',
        );
      },
      onPassed: () => {
        counts.pushedBefore += 1;
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
    const own = new Map<string, CachedStream[]>();
    const infos = await link.attempt('streams', closing.signal, async ({ manager }) => {
      const all: { name: string; subjects: readonly string[] }[] = [];
      for await (const { config } of manager.streams.list())
        all.push({ name: config.name, subjects: config.subjects ?? [] });
      return all;
    });
    for (const subgraph of subgraphs()) {
      const there = infos.filter(({ subjects }) => subjects.some((each) => subjectsOverlap(each, `${subgraph}.>`)));
      if (there.length === 0) continue;
      own.set(
        subgraph,
        there.map(({ name }) => streams.get(name) ?? open(name)),
      );
    }
    const used = new Set([...own.values()].flat());
    for (const [name, stream] of streams) {
      if (used.has(stream)) continue;
      streams.delete(name);
      void stream.close();
    }
    followed = own;
    if (subgraphs().length > 0) {
      isFound = true;
      found.resolve();
    }
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
    isOn,
    get allOn() {
      return reasonsOff().length === 0;
    },
    get reasonsOff() {
      return reasonsOff();
    },
    storeAnswers(given: boolean) {
      answers = given;
      tell();
    },
    async changed(tags: readonly Tag[]) {
      // The store does not take what has changed before: nobody else waits for it.
      if (unconfirmed.any) {
        counts.unconfirmed += 1;
        unconfirmed.add(tags);
        return;
      }
      try {
        await store.invalidate(tags);
      } catch (error) {
        counts.unconfirmed += 1;
        log.warn(
          { reason: reasonOf(error) },
          'what a mutation has changed could not be told to Redis yet; until then answers are not kept',
        );
        unconfirmed.add(tags);
      }
    },
    whenApplied(name, position, created) {
      if (isFound) return streams.get(name)?.whenApplied(position, created);
      const limit = delay(MOST_WAIT_MS, undefined, { signal: closing.signal, ref: false }).catch(() => {}); // closed meanwhile
      return Promise.race([found.promise, limit]).then(() => streams.get(name)?.whenApplied(position, created));
    },
    async close() {
      closing.abort(new Error('closed'));
      isFound = true;
      found.resolve();
      clearTimeout(settling);
      await Promise.all([looking, ...[...streams.values()].map((stream) => stream.close())]);
    },
  };
}
