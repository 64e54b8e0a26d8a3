import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../test/fixtures/eventually.js';
import { createRedisProcess, type RedisProcess } from '../../../test/fixtures/redisProcess.js';
import { createLogger } from '../../log.js';
import { createRedisStore, type RedisStore } from './redisStore.js';

const ITEM = 'shop/Item:1';
const fill = { key: 'k', tags: [ITEM], payload: 'old', ttlMs: 60_000 };
const generationOf = async (store: RedisStore) => (await store.read([ITEM], [])).generations[0];

async function startRedis(): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'leadgraph-redis-'));
  const redis = await createRedisProcess(folder);
  onTestFinished(async () => {
    await redis.kill();
    await rm(folder, { recursive: true, force: true });
  });
  await redis.start();
  return redis;
}

function connect(url: string): Redis {
  const redis = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on('error', () => {});
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** With what it says of its comings and goings. */
async function open(url: string): Promise<{ store: RedisStore; heard: string[] }> {
  const store = createRedisStore({ url, log: createLogger({ level: 'silent' }) });
  onTestFinished(() => store.close());
  const heard: string[] = [];
  store.watch({ onReady: () => heard.push('ready'), onAway: () => heard.push('away') });
  await eventually(() => expect(heard).toEqual(['ready']));
  return { store, heard };
}

it('a snapshot that is older than an invalidation brings nothing back', async () => {
  const redis = await startRedis();
  const { store: one, heard } = await open(redis.url);
  const { store: other } = await open(redis.url);
  await one.invalidate([ITEM]);
  const { clock: since = '' } = await one.read([], []);
  const [generations] = await one.fill(since, [fill]);
  expect(generations).toEqual([await generationOf(one)]);
  await connect(redis.url).save();
  await other.invalidate([ITEM]);

  await redis.kill();
  await redis.start();
  await eventually(() => expect(heard).toEqual(['ready', 'away', 'ready']));
  await eventually(() => expect(other.ready).toBe(true));

  // It is there as it was, and of no use.
  const { values, generations: now } = await one.read([ITEM], ['k']);
  expect(values).toEqual([expect.objectContaining({ payload: 'old', generations })]);
  expect(now).toEqual([undefined]);
  expect(await one.fill(since, [fill])).toEqual([undefined]);
  expect(await other.fill(since, [fill])).toEqual([undefined]);
  await one.read([], []).then(({ clock = '' }) => one.fill(clock, [fill]));
  const filled = await other.fill((await other.read([], [])).clock ?? '', [fill]);
  expect(filled).toEqual([[await generationOf(one)]]);
});

it('while it is away everything is refused at once; what is invalidated as it comes back is invalidated', async () => {
  const redis = await startRedis();
  const { store, heard } = await open(redis.url);
  const { clock: since = '' } = await store.read([], []);
  await redis.kill();
  await eventually(() => expect(heard).toEqual(['ready', 'away']));
  expect(store.ready).toBe(false);
  await expect(store.read([ITEM], ['k'])).rejects.toThrow('Redis is away');
  await expect(store.positionOf('SHOP')).rejects.toThrow('Redis is away');
  await expect(store.applied({ name: 'SHOP', created: 'c' }, 1, [ITEM])).rejects.toThrow('Redis is away');
  expect(await store.fill(since, [fill])).toEqual([undefined]);
  await expect(store.invalidate([ITEM])).rejects.toThrow('Redis is away');

  await redis.start();
  await eventually(() => expect(store.ready).toBe(true));
  await store.invalidate([ITEM]);
  expect(await generationOf(store)).toBe((await store.read([], [])).clock);
});

it('a server that hangs is not waited for, and what it does late does no harm', async () => {
  const redis = await startRedis();
  const { store } = await open(redis.url);
  await store.invalidate([ITEM]);
  const { clock: since = '' } = await store.read([], []);
  redis.hold();
  await expect(store.read([ITEM], ['k'])).rejects.toThrow();
  expect(await store.fill(since, [fill])).toEqual([undefined]);
  await expect(store.invalidate([ITEM])).rejects.toThrow();
  redis.goOn();
  // As whoever has changed something does. What was sent before may be done as well, or not: the connection was given up.
  await eventually(() => store.invalidate([ITEM]));
  const { values, generations } = await eventually(() => store.read([ITEM], ['k']));
  expect(generations[0]).not.toBe(since);
  expect(values[0]?.generations).not.toEqual(generations);
});

it('a server that is full and may not evict forgets all rather than showing what has changed', async () => {
  const redis = await startRedis();
  const { store: one } = await open(redis.url);
  const { store: other } = await open(redis.url);
  await one.invalidate([ITEM]);
  const { clock: since = '' } = await one.read([], []);
  expect(await one.fill(since, [fill])).toEqual([[expect.any(String)]]);
  await connect(redis.url).config('SET', 'maxmemory', '1mb');

  await one.invalidate([ITEM]);
  const { clock, generations, values } = await other.read([ITEM], ['k']);
  expect([clock, generations]).toEqual([undefined, [undefined]]);
  expect(values[0]?.payload).toBe('old');
  expect(await other.fill(since, [fill])).toEqual([undefined]);

  await connect(redis.url).config('SET', 'maxmemory', '0');
  await eventually(async () => expect((await other.read([], [])).clock).toBeDefined());
  expect(await generationOf(other)).toBeUndefined();
});

it('a server that has become a replica is left, and taken into use when it is a primary again', async () => {
  const primary = await startRedis();
  const redis = await startRedis();
  const { store, heard } = await open(redis.url);
  await store.invalidate([ITEM]);
  const control = connect(redis.url);
  await connect(primary.url).config('SET', 'repl-diskless-sync-delay', '0');
  const { clock: since = '' } = await store.read([], []);
  await control.replicaof('127.0.0.1', Number(new URL(primary.url).port));
  expect(await store.fill(since, [fill])).toEqual([undefined]);
  await eventually(() => expect(heard).toEqual(['ready', 'away']));
  await eventually(async () => expect(await control.info('replication')).toContain('master_link_status:up'));
  expect(store.ready).toBe(false);
  await control.replicaof('NO', 'ONE');
  await eventually(() => expect(store.ready).toBe(true));
  await store.invalidate([ITEM]);
});
