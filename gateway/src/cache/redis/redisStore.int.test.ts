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

const ITEM = 'shop/Item:1';
const OTHER = 'shop/Item:2';
const value = (payload: string, tags = [ITEM], key = 'k') => ({ key, tags, payload, ttlMs: 60_000 });
const clockOf = async (store: CacheStore) => (await store.read([], [])).clock ?? '';
/** Whether a value is there that may be used. */
const valid = async (store: CacheStore, key = 'k') => {
  const [stored] = (await store.read([], [key])).values;
  if (!stored) return undefined;
  const { generations } = await store.read(stored.tags, []);
  return generations.every((each, index) => each === stored.generations[index]) ? stored.payload : undefined;
};
/** The type is known from now on. */
const known = async () => one.invalidate([ITEM]);

describe('a value', () => {
  it('is kept, with the generations of its tags, for all', async () => {
    await known();
    const since = await clockOf(one);
    const [generations] = await one.fill(since, [value('{"a":"\\n"}', [ITEM, OTHER])]);
    expect(generations).toHaveLength(2);
    const reading = await other.read([ITEM, OTHER], ['k', 'none']);
    expect(reading.generations).toEqual(generations);
    expect(reading.values).toEqual([
      { tags: [ITEM, OTHER], generations, payload: '{"a":"\\n"}', filledAt: expect.any(Number) },
      undefined,
    ]);
    expect(await redis.pttl(`${prefix}v:k`)).toBeGreaterThan(0);
  });

  it('is not valid once one of its tags was invalidated', async () => {
    await known();
    await one.fill(await clockOf(one), [value('old', [ITEM, OTHER])]);
    expect(await valid(other)).toBe('old');
    await other.invalidate([OTHER]);
    expect(await valid(one)).toBeUndefined();
  });

  it('of a type is not valid once one of its entities was invalidated', async () => {
    await known();
    await one.fill(await clockOf(one), [value('list', ['shop/Item'])]);
    expect(await valid(one)).toBe('list');
    await other.invalidate([OTHER]);
    expect(await valid(one)).toBeUndefined();
  });

  it('that is too large is not kept; others beside it are', async () => {
    await known();
    const answers = await one.fill(await clockOf(one), [
      value('x'.repeat(1_000_001)),
      value('€'.repeat(400_000), [ITEM], 'k1'),
      value('y', [ITEM], 'k2'),
    ]);
    expect(answers).toEqual([undefined, undefined, [expect.any(String)]]);
    expect((await one.read([], ['k', 'k1', 'k2'])).values).toEqual([
      undefined,
      undefined,
      expect.objectContaining({ payload: 'y' }),
    ]);
  });

  it('that depends on nothing but time is kept', async () => {
    await known();
    expect(await one.fill(await clockOf(one), [value('now', [])])).toEqual([[]]);
    expect((await other.read([], ['k'])).values).toEqual([
      { tags: [], generations: [], payload: 'now', filledAt: expect.any(Number) },
    ]);
  });

  it('is filled with many others, each answered in its place', async () => {
    await known();
    const since = await clockOf(one);
    await other.invalidate(['shop/Item:7']);
    const fills = Array.from({ length: 250 }, (_each, index) => value('x', [`shop/Note:${index}`], `k${index}`));
    const refused = { ...value('old', ['shop/Item:7']), key: 'same' };
    await one.invalidate(['shop/Note:0']);
    const later = await clockOf(one);
    const answers = await one.fill(later, fills);
    expect(answers.filter((each) => each?.length === 1)).toHaveLength(250);
    // Of two with one key each has its own answer: what was refused is kept nowhere.
    const fine = { ...value('new', ['shop/Other:1']), key: 'same' };
    await one.fill(since, [fine]); // Makes the type known.
    const moved = await clockOf(one);
    await other.invalidate(['shop/Item:7']);
    expect(await one.fill(moved, [refused, fine])).toEqual([undefined, [expect.any(String)]]);
  });

  it('has room beside large ones', async () => {
    await known();
    const large = Array.from({ length: 6 }, (_each, index) => value('x'.repeat(900_000), [ITEM], `large${index}`));
    expect((await one.fill(await clockOf(one), large)).every((each) => each !== undefined)).toBe(true);
  });

  it('keeps what it depends on from being forgotten', async () => {
    await known();
    await one.fill(await clockOf(one), [value('a')]);
    const keys = ['clock', 'server', `g:${ITEM}`].map((each) => prefix + each);
    for (const key of keys) await redis.pexpire(key, 60_000);
    await one.fill(await clockOf(one), [value('b')]);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(60_000);
    for (const key of await redis.keys(`${prefix}*`)) expect([key, await redis.pttl(key)]).not.toContain(-1);
  });
});

describe('a fill is refused', () => {
  const refused = async (between: (since: string) => Promise<unknown>, tags = [ITEM]) => {
    await known();
    const since = await clockOf(one);
    await between(since);
    expect(await one.fill(since, [value('old', tags)])).toEqual([undefined]);
    expect(await valid(one)).toBeUndefined();
  };

  it('where a tag was invalidated since', () => refused(() => other.invalidate([ITEM])));
  it('where a nested one was', () => refused(() => other.invalidate([OTHER]), [ITEM, OTHER]));
  it('where an entity of its type was, and whether it was its own is not known any more', () =>
    refused(async () => {
      await other.invalidate([OTHER]);
      await redis.del(`${prefix}g:${OTHER}`);
    }, [OTHER]));
  it('where neither the tag nor the type are known', () =>
    refused(() => redis.del(`${prefix}g:${ITEM}`, `${prefix}g:shop/Item`)));
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
    await one.invalidate([ITEM]);
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
    expect((await late.read([ITEM], [])).generations).toEqual([undefined]);
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

  it('ends for values that an old clock is put back with', async () => {
    await known();
    const since = await clockOf(one);
    await one.fill(since, [value('old')]);
    const keys = await redis.keys(`${prefix}*`);
    const dumps = await Promise.all(keys.map(async (key) => [key, await redis.dumpBuffer(key)] as const));
    await other.invalidate([ITEM]);
    await redis.del(...keys);
    for (const [key, dump] of dumps) await redis.restore(key, 60_000, dump as Buffer);
    await redis.set(`${prefix}server`, 'the one that it was taken of', 'PX', 60_000);
    const late = await open();
    expect(await valid(late)).toBeUndefined();
    // What was being fetched then is not kept either.
    expect(await other.fill(since, [value('old')])).toEqual([undefined]);
    expect(await valid(one)).toBeUndefined();
  });

  it('goes on for a gateway that comes to the same server', async () => {
    await known();
    await one.fill(await clockOf(one), [value('a')]);
    expect(await valid(await open())).toBe('a');
  });
});

describe('scripts', () => {
  it('that the server has forgotten are sent again', async () => {
    await known();
    await redis.script('FLUSH');
    await one.invalidate([ITEM]);
    await redis.script('FLUSH');
    expect(await one.fill(await clockOf(one), [value('a')])).toEqual([[expect.any(String)]]);
    await redis.script('FLUSH');
    await one.renew({ name: 's', created: 'c' }, 1);
    expect(await one.applied({ name: 's', created: 'c' }, 2, [ITEM])).toBe(true);
  });
});

describe('positions of streams', () => {
  const stream = { name: 'SHOP', created: '2026-11-26T01:02:03.004Z' };

  it('are noted with what is applied, once', async () => {
    expect(await one.positionOf('SHOP')).toBeUndefined();
    expect(await one.applied(stream, 5, [ITEM])).toBe(false);
    await one.renew(stream, 4);
    expect(await other.positionOf('SHOP')).toEqual({ created: stream.created, position: 4 });
    expect(await one.applied(stream, 5, [ITEM])).toBe(true);
    const clock = await clockOf(one);
    expect(await other.applied(stream, 5, [ITEM])).toBe(true);
    expect(await clockOf(one)).toBe(clock);
    expect(await other.applied(stream, 6, [])).toBe(true);
    expect([await clockOf(one), await one.positionOf('SHOP')]).toEqual([
      clock,
      { created: stream.created, position: 6 },
    ]);
  });

  it('of another stream of the name are not known', async () => {
    await one.renew(stream, 4);
    expect(await one.applied({ ...stream, created: 'later' }, 5, [ITEM])).toBe(false);
  });
});
