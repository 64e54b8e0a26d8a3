import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/fixtures/eventually.js';
import { createLogger } from '../../log.js';
import type { CacheStore } from '../cacheStore.js';
import { createRedisStore, type RedisStore } from './redisStore.js';

const log = createLogger({ level: 'silent' });
const opened: (() => void)[] = [];
let prefix: string;
let redis: Redis;
let one: RedisStore;
let other: RedisStore;

const open = async (options: { fencing?: boolean; prefix?: string } = {}) => {
  const store = createRedisStore({ url: process.env.TEST_REDIS_URL as string, prefix, log, ...options });
  opened.push(() => store.close());
  await eventually(() => expect(store.ready).toBe(true));
  return store;
};
beforeEach(async () => {
  prefix = `test:${randomUUID()}:`;
  redis = new Redis(process.env.TEST_REDIS_URL as string);
  opened.push(() => redis.disconnect());
  one = await open();
  other = await open();
});
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

const LEAD = 'leads/Lead:1';
const OTHER = 'leads/Lead:2';
const value = (payload: string, tags = [LEAD], key = 'k') => ({ key, tags, payload, ttlMs: 60_000 });
const clockOf = async (store: CacheStore) => (await store.read([], [])).clock ?? '';
/** Whether a value is there that may be used. */
const valid = async (store: CacheStore, key = 'k') => {
  const [stored] = (await store.read([], [key])).values;
  if (!stored) return undefined;
  const { generations } = await store.read(stored.tags, []);
  return generations.every((each, index) => each === stored.generations[index]) ? stored.payload : undefined;
};
/** The type is known from now on. */
const known = async () => one.invalidate([LEAD]);

describe('a value', () => {
  it('is kept, with the generations of its tags, for all', async () => {
    await known();
    const since = await clockOf(one);
    const [generations] = await one.fill(since, [value('{"a":"\\n"}', [LEAD, OTHER])]);
    expect(generations).toHaveLength(2);
    const reading = await other.read([LEAD, OTHER], ['k', 'none']);
    expect(reading.generations).toEqual(generations);
    expect(reading.values).toEqual([
      { tags: [LEAD, OTHER], generations, payload: '{"a":"\\n"}', filledAt: expect.any(Number) },
      undefined,
    ]);
    expect(await redis.pttl(`${prefix}v:k`)).toBeGreaterThan(0);
  });

  it('is not valid once one of its tags was invalidated', async () => {
    await known();
    await one.fill(await clockOf(one), [value('old', [LEAD, OTHER])]);
    expect(await valid(other)).toBe('old');
    await other.invalidate([OTHER]);
    expect(await valid(one)).toBeUndefined();
  });

  it('of a type is not valid once one of its entities was invalidated', async () => {
    await known();
    await one.fill(await clockOf(one), [value('list', ['leads/Lead'])]);
    expect(await valid(one)).toBe('list');
    await other.invalidate([OTHER]);
    expect(await valid(one)).toBeUndefined();
  });

  it('that is too large is not kept; others beside it are', async () => {
    await known();
    const answers = await one.fill(await clockOf(one), [value('x'.repeat(2_000_000)), value('y', [LEAD], 'k2')]);
    expect(answers).toEqual([undefined, [expect.any(String)]]);
  });
});

describe('a fill is refused', () => {
  const refused = async (between: (since: string) => Promise<unknown>, tags = [LEAD]) => {
    await known();
    const since = await clockOf(one);
    await between(since);
    expect(await one.fill(since, [value('old', tags)])).toEqual([undefined]);
    expect(await valid(one)).toBeUndefined();
  };

  it('where a tag was invalidated since', () => refused(() => other.invalidate([LEAD])));
  it('where a nested one was', () => refused(() => other.invalidate([OTHER]), [LEAD, OTHER]));
  it('where an entity of its type was, and whether it was its own is not known any more', () =>
    refused(async () => {
      await other.invalidate([OTHER]);
      await redis.del(`${prefix}g:${OTHER}`);
    }, [OTHER]));
  it('where neither the tag nor the type are known', () =>
    refused(() => redis.del(`${prefix}g:${LEAD}`, `${prefix}g:leads/Lead`)));
  it('where everything is gone', () => refused(async () => redis.del(...(await redis.keys(`${prefix}*`)))));
  it('where another epoch has begun', () => refused(() => one.renew({ name: 's', created: 'c' }, 1)));

  it('and the next one is not', async () => {
    const since = await clockOf(one);
    expect(await one.fill(since, [value('a')])).toEqual([undefined]);
    expect(await one.fill(since, [value('a')])).toEqual([undefined]);
    expect(await one.fill(await clockOf(one), [value('b')])).toEqual([[expect.any(String)]]);
    expect(await valid(other)).toBe('b');
  });

  it('unless fencing is off', async () => {
    await known();
    const careless = await open({ fencing: false });
    const since = await clockOf(careless);
    await one.invalidate([LEAD]);
    expect(await careless.fill(since, [value('old')])).toEqual([[expect.any(String)]]);
    expect(await valid(one)).toBe('old');
  });
});

describe('an epoch', () => {
  it('ends with the server that it belongs to', async () => {
    await known();
    await one.fill(await clockOf(one), [value('a')]);
    const before = await clockOf(one);
    await redis.set(`${prefix}server`, 'another');
    const late = await open();
    expect(await clockOf(late)).not.toBe(before);
    expect(await valid(late)).toBeUndefined();
    expect((await late.read([LEAD], [])).generations).toEqual([undefined]);
  });

  it('ends where the clock is taken away, and another begins', async () => {
    await known();
    await one.fill(await clockOf(one), [value('a')]);
    const before = await clockOf(one);
    await redis.del(`${prefix}clock`);
    await eventually(async () => expect(await clockOf(other)).toMatch(/:1$/));
    expect(await clockOf(one)).not.toBe(before);
    expect(await valid(one)).toBeUndefined();
  });

  it('goes on for a gateway that comes to the same server', async () => {
    await known();
    await one.fill(await clockOf(one), [value('a')]);
    expect(await valid(await open())).toBe('a');
  });
});

describe('positions of streams', () => {
  const stream = { name: 'LEADS', created: '2026-11-26T01:02:03.004Z' };

  it('are noted with what is applied, once', async () => {
    expect(await one.positionOf('LEADS')).toBeUndefined();
    expect(await one.applied(stream, 5, [LEAD])).toBe(false);
    await one.renew(stream, 4);
    expect(await other.positionOf('LEADS')).toEqual({ created: stream.created, position: 4 });
    expect(await one.applied(stream, 5, [LEAD])).toBe(true);
    const clock = await clockOf(one);
    expect(await other.applied(stream, 5, [LEAD])).toBe(true);
    expect(await clockOf(one)).toBe(clock);
    expect(await other.applied(stream, 6, [])).toBe(true);
    expect([await clockOf(one), await one.positionOf('LEADS')]).toEqual([
      clock,
      { created: stream.created, position: 6 },
    ]);
  });

  it('of another stream of the name are not known', async () => {
    await one.renew(stream, 4);
    expect(await one.applied({ ...stream, created: 'later' }, 5, [LEAD])).toBe(false);
  });
});
