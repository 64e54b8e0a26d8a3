import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Redis, ReplyError } from 'ioredis';
import { reasonOf } from '../../errors/reasonOf.js';
import { connectRedis } from '../../limits/connectRedis.js';
import type { Logger } from '../../log.js';
import { type CacheStore, type Fill, type Reading, type StoredValue, type Tag, typeTagOf } from '../cacheStore.js';
import type { EventPositions, StoreWatch } from '../eventPositions.js';
import { batchesOf } from './batchesOf.js';
import { ADOPT, APPLY, FILL, INVALIDATE, RENEW } from './scripts.js';

/** What is not answered in this time was not read. */
const COMMAND_TIMEOUT_MS = 500;
/** All gateways are back soon after a restart. */
const LONGEST_RETRY_MS = 250;
/** Longer than any value is kept. */
const GENERATIONS_TTL_MS = 24 * 3_600_000;
/** For how long an invalidation is tried. */
const INVALIDATION_MS = 1_000;
const PAUSE_MS = 50;

export interface RedisStoreOptions {
  readonly url: string;
  /** False: what was invalidated while it was fetched is kept nevertheless. Only to show that stale values are found then. */
  readonly fencing?: boolean;
  readonly prefix?: string;
  readonly log: Logger;
}

export interface RedisStore extends CacheStore, EventPositions {
  /** Who is told when it comes and goes; at once where it is there. */
  watch(watcher: StoreWatch): void;
}

/** A script as a command: the number of keys, the keys, the arguments. */
type Script = (keys: number, ...given: (string | number | Buffer)[]) => Promise<unknown>;

/**
 * What is kept, in Redis 6.2 or later: one server, or a primary with its replicas (scripts name keys of all kinds, which a cluster has on different servers). Each time it connects it asks for the server's run id: another one, after a restart from a snapshot or the promotion of a replica, may have forgotten
 * invalidations, so another epoch begins.
 */
export function createRedisStore({
  url,
  fencing = true,
  prefix = 'leadgraph:cache:',
  log,
}: RedisStoreOptions): RedisStore {
  const redis = connectRedis(url, log, {
    without: 'answers are not kept',
    longestRetryMs: LONGEST_RETRY_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    enableAutoPipelining: true,
    // A primary that has become a replica would go on answering, with what was. The connection is not used until the server takes a clock again.
    reconnectOnError: ({ message }) => message.includes('READONLY'),
  });
  const commands = defineScripts(redis, {
    invalidate: INVALIDATE,
    apply: APPLY,
    renew: RENEW,
    adopt: ADOPT,
    fill: FILL,
  });
  const clockKey = `${prefix}clock`;
  const serverKey = `${prefix}server`;
  const tagKey = (tag: Tag) => `${prefix}g:${tag}`;
  const valueKey = (key: string) => `${prefix}v:${key}`;
  const positionKey = (stream: string) => `${prefix}p:${stream}`;
  const withTypes = (tags: readonly Tag[]) => [...new Set(tags.flatMap((tag) => [tag, typeTagOf(tag)]))].map(tagKey);
  let ready = false;
  let watcher: StoreWatch | undefined;

  let server = '';
  /** Sees to it that there is a clock, and that it is this server's. */
  const takeClock = () => commands.adopt(2, clockKey, serverKey, randomUUID(), GENERATIONS_TTL_MS, server);

  /** A server that does not say who it is (its user may not ask) is another one each time. */
  const askServer = async () => {
    const info = await redis.info('server').catch((error: unknown) => {
      if (error instanceof ReplyError) return '';
      throw error;
    });
    return /run_id:(\w+)/.exec(info)?.[1] ?? randomUUID();
  };
  let refused: string | undefined;
  /** Connections that end while this is asked are not the one that was asked. */
  const adopt = async () => {
    for (;;) {
      try {
        server = await askServer();
        await takeClock();
        if (redis.status !== 'ready') return;
        refused = undefined;
        ready = true;
        watcher?.onReady();
        return;
      } catch (error) {
        const reason = reasonOf(error);
        // A replica refuses, and is left, each time; it is said once.
        if ((error instanceof ReplyError || redis.status === 'ready') && reason !== refused) {
          log.warn({ reason }, 'Redis could not be taken into use; trying on');
          refused = reason;
        }
        if (redis.status !== 'ready') return;
        await delay(PAUSE_MS);
      }
    }
  };
  redis.on('ready', () => void adopt());
  redis.on('close', () => {
    if (!ready) return;
    ready = false;
    watcher?.onAway();
  });
  /** Nothing is asked before the server is known. */
  const whenReady = () => {
    if (!ready) throw new Error('Redis is away');
  };

  /** What was filled by a clock that is not there any more is of no epoch that will be. */
  const voidAll = async () => {
    whenReady();
    await redis.del(clockKey);
  };

  return {
    voidAll,
    get ready() {
      return ready;
    },
    watch(given) {
      watcher = given;
      if (ready) given.onReady();
    },
    async read(tags, keys): Promise<Reading> {
      whenReady();
      const [clock, ...rest] = await redis.mget([clockKey, ...tags.map(tagKey), ...keys.map(valueKey)]);
      // Taken away by somebody who wants all to be void.
      if (!clock) void takeClock().catch(() => {}); // away: asked for when it is back
      const epoch = clock?.slice(0, clock.lastIndexOf(':') + 1);
      return {
        clock: clock ?? undefined,
        generations: rest.slice(0, tags.length).map((each) => (epoch && each?.startsWith(epoch) ? each : undefined)),
        values: rest.slice(tags.length).map((each) => (each === null || each === undefined ? undefined : parsed(each))),
      };
    },
    async fill(since, fills) {
      const answers = new Map<Fill, readonly string[] | undefined>();
      try {
        for (const batch of batchesOf(fills)) {
          whenReady();
          const generations = await fillSome(since, batch);
          for (const [index, each] of batch.entries()) answers.set(each, generations[index]);
        }
      } catch (error) {
        log.debug({ err: error }, 'values could not be kept');
      }
      return fills.map((each) => answers.get(each));
    },
    async invalidate(tags) {
      const until = performance.now() + INVALIDATION_MS;
      for (;;) {
        try {
          whenReady();
          const keys = withTypes(tags);
          await commands.invalidate(1 + keys.length, clockKey, ...keys, randomUUID(), GENERATIONS_TTL_MS);
          return;
        } catch (error) {
          // Full, and nothing may be evicted: what is kept can still be taken away, all of it.
          if (error instanceof ReplyError && reasonOf(error).includes('OOM')) {
            const isVoid = await voidAll().then(
              () => true,
              () => false, // away: tried again
            );
            if (isVoid) return;
          }
          if (performance.now() > until) throw error;
          await delay(PAUSE_MS);
        }
      }
    },
    async positionOf(stream) {
      whenReady();
      const [, created, position] = /^(.*) (\d+)$/.exec((await redis.get(positionKey(stream))) ?? '') ?? [];
      return created === undefined ? undefined : { created, position: Number(position) };
    },
    async applied({ name, created }, position, tags) {
      whenReady();
      const keys = [clockKey, positionKey(name), ...withTypes(tags)];
      return (await commands.apply(keys.length, ...keys, randomUUID(), GENERATIONS_TTL_MS, created, position)) === 1;
    },
    async renew({ name, created }, position) {
      whenReady();
      await commands.renew(2, clockKey, positionKey(name), randomUUID(), GENERATIONS_TTL_MS, created, position);
    },
    close: () => redis.disconnect(),
  };

  async function fillSome(since: string, fills: readonly Fill[]): Promise<(string[] | undefined)[]> {
    const keys = [clockKey, serverKey];
    const given: (string | number)[] = [since, GENERATIONS_TTL_MS, fencing ? 1 : 0, fills.length];
    const filledAt = Date.now();
    for (const { key, tags, payload, ttlMs } of fills) {
      keys.push(valueKey(key), ...tags.map(tagKey), ...tags.map((tag) => tagKey(typeTagOf(tag))));
      given.push(tags.length, ttlMs, `${filledAt} ${JSON.stringify(tags)}`, payload);
    }
    const answers = (await commands.fill(keys.length, ...keys, ...given)) as (string | null)[];
    return answers.map((each) => (each === null ? undefined : generationsOf(each)));
  }
}

function defineScripts<Name extends string>(
  redis: Redis,
  scripts: Readonly<Record<Name, string>>,
): Record<Name, Script> {
  for (const [name, lua] of Object.entries<string>(scripts)) redis.defineCommand(`cache_${name}`, { lua });
  const commands = redis as unknown as Record<string, Script>;
  return Object.fromEntries(
    Object.keys(scripts).map((name) => [
      name,
      (...given: Parameters<Script>) => (commands[`cache_${name}`] as Script)(...given),
    ]),
  ) as Record<Name, Script>;
}

/** See `FILL`: generations, what stands before the payload, the payload, a line each (the last may have several). */
function parsed(text: string): StoredValue | undefined {
  const first = text.indexOf('\n');
  const second = text.indexOf('\n', first + 1);
  const space = text.indexOf(' ', first);
  if (first < 0 || second < 0 || space > second) return undefined;
  return {
    generations: generationsOf(text.slice(0, first)),
    filledAt: Number(text.slice(first + 1, space)),
    tags: JSON.parse(text.slice(space + 1, second)) as Tag[],
    payload: text.slice(second + 1),
  };
}

/** As `FILL` writes them; none of a value that depends on nothing. */
function generationsOf(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}
