import { StorageType } from 'nats';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../test/fixtures/eventually.js';
import { createNatsProcess } from '../../../test/fixtures/natsProcess.js';
import { recordingLog } from '../../../test/fixtures/recordingLog.js';
import { createRedisProcess, type RedisProcess } from '../../../test/fixtures/redisProcess.js';
import {
  createTestStream,
  envelope,
  follow,
  openNats,
  range,
  record,
  type TestStream,
  testNatsUrl,
} from '../../../test/fixtures/streamFixture.js';
import { createJetStreamEvents } from '../../eventSource/jetStream/jetStreamEvents.js';
import { NatsLink } from '../../eventSource/jetStream/natsLink.js';
import { createRedisStore, type RedisStore } from '../redis/redisStore.js';
import { createInvalidation } from './invalidation.js';

/** What a gateway has of it; `store`: Redis as the test itself asks it. */
function openGateway(
  redis: RedisProcess,
  subgraphs: readonly string[],
  { url = testNatsUrl(), overrides = {} }: { url?: string; overrides?: Partial<RedisStore> } = {},
) {
  const { log, lines } = recordingLog('info');
  const store: RedisStore = Object.assign(
    Object.create(createRedisStore({ url: redis.url, log })) as RedisStore,
    overrides,
  );
  const link = new NatsLink({ url, name: 'test', log });
  const counts = { events: 0, invalid: 0, epochs: 0, pushedBefore: 0, unconfirmed: 0 };
  const invalidation = createInvalidation({ store, link, subgraphs: () => subgraphs, counts, log });
  const events = createJetStreamEvents({
    link: new NatsLink({ url, name: 'test', log }),
    limits: { heartbeatMs: 200 },
    before: (stream, position, created) => invalidation.whenApplied(stream, position, created),
    log,
  });
  let closed: Promise<unknown> | undefined;
  const close = () =>
    (closed ??= (async () => {
      await Promise.all([events.close(), invalidation.close()]);
      store.close();
      await link.close();
    })());
  onTestFinished(async () => void (await close()));
  const isOn = () => eventually(() => expect(invalidation.reasonsOff).toEqual([]));
  return { invalidation, events, counts, lines, isOn, close };
}

async function startRedis() {
  const redis = await createRedisProcess();
  await redis.start();
  const { log } = recordingLog();
  const store = createRedisStore({ url: redis.url, log });
  onTestFinished(() => store.close());
  await eventually(() => expect(store.ready).toBe(true));
  const generationOf = async (tag: string) => (await store.read([tag], [])).generations[0];
  const epoch = async () => (await store.read([], [])).clock?.split(':')[0];
  return { redis, store, generationOf, epoch };
}

/** The subgraph that publishes into a test's stream. */
const subgraphOf = (stream: TestStream) => stream.subject('');
const nameOf = (stream: TestStream) => subgraphOf(stream).slice(0, -1);
const tagOf = (stream: TestStream, key: string | number) => `${nameOf(stream)}/Item:${key}`;
const changed = (key: string | number) => ({ entities: [{ __typename: 'Item', key: `${key}` }] });
const numbered = (n: number) => ({ ...changed(n), payload: { n } });

/** Lets a method of the store be held back or fail. */
function faulty<Name extends 'applied' | 'positionOf' | 'invalidate'>(name: Name) {
  let gate: Promise<void> | undefined;
  let open = () => {};
  const state = { failing: false, calls: 0 };
  onTestFinished(() => open());
  const override = async function (this: RedisStore, ...given: unknown[]) {
    state.calls += 1;
    await gate;
    if (state.failing) throw new Error('it does not answer');
    // biome-ignore lint/suspicious/noExplicitAny: any of them
    return (Object.getPrototypeOf(this)[name] as any)(...given);
  };
  return {
    state,
    overrides: { [name]: override } as unknown as Partial<RedisStore>,
    hold() {
      gate = new Promise((resolve) => (open = resolve));
    },
    release() {
      gate = undefined;
      open();
    },
  };
}

describe('an event is handed over when it has been applied', () => {
  it('live and replayed, to all who follow', async () => {
    const { redis, store } = await startRedis();
    const stream = await createTestStream(await openNats());
    const gateways = [openGateway(redis, [nameOf(stream)]), openGateway(redis, [nameOf(stream)])];
    await Promise.all(gateways.map(({ isOn }) => isOn()));
    const late: number[] = [];
    const recorders = gateways.flatMap(({ events }) =>
      [undefined, undefined, 0].map((after) => {
        const recorder = record(async ({ position }) => {
          const heard = await store.positionOf(stream.name);
          if ((heard?.position ?? 0) < position) late.push(position);
        });
        return { recorder, began: follow(events, stream.subject('*'), after, recorder) };
      }),
    );
    const [{ events: eventsOfOne }] = gateways as [ReturnType<typeof openGateway>];
    await Promise.all(recorders.map(({ began }) => began));
    await stream.publishMany(0, 300, (n) => `own${n % 3}`);
    const replayed = record();
    await follow(eventsOfOne, stream.subject('*'), 0, replayed);
    for (const { recorder } of recorders) await eventually(() => expect(recorder.events).toHaveLength(300));
    await eventually(() => expect(replayed.numbers()).toEqual(range(0, 300)));
    expect(late).toEqual([]);
    expect(gateways.map(({ counts }) => counts.pushedBefore)).toEqual([0, 0]);
  });

  it('and not before', async () => {
    const { redis, generationOf } = await startRedis();
    const stream = await createTestStream(await openNats());
    const { state, overrides, hold, release } = faulty('applied');
    const { events, isOn } = openGateway(redis, [nameOf(stream)], { overrides });
    await isOn();
    const followers = [record(), record()];
    for (const each of followers) await follow(events, stream.subject('a'), undefined, each);
    hold();
    await stream.publish('a', numbered(1));
    await eventually(() => expect([state.calls, events.counters.dispatched]).toEqual([1, 2]));
    const replayed = record();
    await follow(events, stream.subject('a'), 0, replayed);
    await eventually(() => expect(events.counters.replayed).toBe(1));
    expect(await generationOf(tagOf(stream, 1))).toBeUndefined();
    for (const each of [...followers, replayed]) expect(each.events).toEqual([]);
    release();
    for (const each of [...followers, replayed]) await eventually(() => expect(each.numbers()).toEqual([1]));
    expect(await generationOf(tagOf(stream, 1))).toBeDefined();
  });

  it('of a stream that was made anew as well, whatever its position', async () => {
    const { redis, epoch } = await startRedis();
    const stream = await createTestStream(await openNats());
    await stream.publishMany(0, 30, () => 'a');
    const { overrides, hold, release, state } = faulty('applied');
    const { events, isOn, counts, invalidation } = openGateway(redis, [nameOf(stream)], { overrides });
    await isOn();
    const before = await epoch();
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    hold();
    await stream.remove();
    await stream.create();
    await eventually(() => expect(follower.gaps).toEqual([0]));
    await stream.publish('a', numbered(1));
    await eventually(() => expect(state.calls).toBe(1));
    expect(follower.events).toEqual([]);
    expect(await epoch()).not.toBe(before);
    expect(counts.epochs).toBe(2);
    release();
    await eventually(() => expect(follower.numbers()).toEqual([1]));
    await isOn();
    expect(invalidation.isOn(nameOf(stream))).toBe(true);
  });
});

describe('nothing that has happened is missed', () => {
  it('while no gateway ran', async () => {
    const { redis, generationOf, epoch } = await startRedis();
    const stream = await createTestStream(await openNats());
    const first = openGateway(redis, [nameOf(stream)]);
    await first.isOn();
    await Promise.all(['1', '2'].map((key) => stream.publish('a', changed(key))));
    await eventually(() => expect(first.counts.events).toBe(2));
    await first.close();
    const [before, other, era] = [
      await generationOf(tagOf(stream, 1)),
      await generationOf(tagOf(stream, 2)),
      await epoch(),
    ];
    await stream.publish('a', changed(1));
    const next = openGateway(redis, [nameOf(stream)]);
    await next.isOn();
    expect(await generationOf(tagOf(stream, 1))).not.toBe(before);
    expect(await generationOf(tagOf(stream, 2))).toBe(other);
    expect([await epoch(), next.counts.epochs]).toEqual([era, 0]);
  });

  it('and where it cannot be told any more, everything is void', async () => {
    const { redis, epoch } = await startRedis();
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const first = openGateway(redis, [nameOf(stream)]);
    await first.isOn();
    await first.close();
    const era = await epoch();
    await stream.publishMany(0, 3, () => 'a');
    await (await nats.jetstreamManager()).streams.purge(stream.name);
    const next = openGateway(redis, [nameOf(stream)]);
    await next.isOn();
    expect(await epoch()).not.toBe(era);
    expect(next.counts.epochs).toBe(1);
  });

  it('while NATS was away', async () => {
    const { redis, generationOf, epoch } = await startRedis();
    const server = await createNatsProcess();
    await server.start();
    const stream = await createTestStream(await openNats(server.url), { storage: StorageType.File });
    const { invalidation, isOn, lines, counts } = openGateway(redis, [nameOf(stream)], { url: server.url });
    await isOn();
    const era = await epoch();
    await server.kill();
    await eventually(() => expect(invalidation.isOn(nameOf(stream))).toBe(false));
    // It is said, without anybody asking.
    await eventually(() => expect(lines.filter(({ on }) => on !== undefined).at(-1)?.on).toBe(false));
    await server.start();
    await eventually(() => stream.publish('a', changed(1)));
    await isOn();
    await eventually(() => expect(counts.events).toBeGreaterThan(0));
    expect(await generationOf(tagOf(stream, 1))).toBeDefined();
    expect([await epoch(), counts.epochs]).toEqual([era, 1]);
  });

  it('while Redis was away: events are pushed nevertheless, and are waited for again when it is back', async () => {
    const { redis, store, generationOf } = await startRedis();
    const stream = await createTestStream(await openNats());
    const { overrides, hold, release, state } = faulty('applied');
    const { invalidation, events, counts, isOn } = openGateway(redis, [nameOf(stream)], { overrides });
    await isOn();
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    await redis.kill();
    await eventually(() => expect(invalidation.allOn).toBe(false));
    for (const n of range(0, 50)) await stream.publish('a', numbered(n));
    await eventually(() => expect(follower.numbers()).toEqual(range(0, 50)));
    expect(counts.pushedBefore).toBeGreaterThanOrEqual(50);
    await redis.start();
    await isOn();
    await eventually(() => expect(store.ready).toBe(true));
    expect((await store.positionOf(stream.name))?.position).toBe(50);
    const passed = counts.pushedBefore;
    hold();
    const calls = state.calls;
    await stream.publish('a', numbered(50));
    await eventually(() => expect(state.calls).toBe(calls + 1));
    expect(follower.events).toHaveLength(50);
    release();
    await eventually(() => expect(follower.events).toHaveLength(51));
    expect(await generationOf(tagOf(stream, 50))).toBeDefined();
    expect(counts.pushedBefore).toBe(passed);
  });
});

describe('it is off', () => {
  it('while Redis is there and does not take what happens; an event waits for it once', async () => {
    const { redis, generationOf } = await startRedis();
    const stream = await createTestStream(await openNats());
    const { overrides, state } = faulty('applied');
    const { invalidation, events, counts, isOn } = openGateway(redis, [nameOf(stream)], { overrides });
    await isOn();
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    state.failing = true;
    for (const n of range(0, 30)) await stream.publish('a', numbered(n));
    await eventually(() => expect(invalidation.isOn(nameOf(stream))).toBe(false));
    // Each for 2 s would be a minute.
    await eventually(() => expect(follower.events).toHaveLength(30));
    expect(counts.pushedBefore).toBeGreaterThanOrEqual(30);
    expect(invalidation.isOn(nameOf(stream))).toBe(false);
    state.failing = false;
    await isOn();
    expect(await generationOf(tagOf(stream, 29))).toBeDefined();
  });

  it('while a change of a mutation could not be told, which is answered nevertheless', async () => {
    const { redis, generationOf } = await startRedis();
    const stream = await createTestStream(await openNats());
    const { overrides, state } = faulty('invalidate');
    const { invalidation, counts, isOn } = openGateway(redis, [nameOf(stream)], { overrides });
    await isOn();
    state.failing = true;
    await invalidation.changed([tagOf(stream, 1)]);
    expect([invalidation.allOn, counts.unconfirmed]).toEqual([false, 1]);
    expect(invalidation.reasonsOff).toEqual(['changes of mutations could not be told to Redis yet']);
    state.failing = false;
    await isOn();
    expect(await generationOf(tagOf(stream, 1))).toBeDefined();
  });

  it('for a subgraph without a stream, until there is one', async () => {
    const { redis } = await startRedis();
    const nats = await openNats();
    const [one, other] = [await createTestStream(nats), await createTestStream(nats)];
    await other.remove();
    const { invalidation, isOn } = openGateway(redis, [nameOf(one), nameOf(other)]);
    await isOn();
    expect([nameOf(one), nameOf(other)].map(invalidation.isOn)).toEqual([true, false]);
    await other.create();
    await eventually(() => expect(invalidation.isOn(nameOf(other))).toBe(true));
  });

  it('while a stream is gone, also one that went before it was followed', async () => {
    const { redis, generationOf } = await startRedis();
    const stream = await createTestStream(await openNats());
    const { overrides, hold, release, state } = faulty('positionOf');
    hold();
    const { invalidation, events, isOn } = openGateway(redis, [nameOf(stream)], { overrides });
    await eventually(() => expect(state.calls).toBe(1));
    await stream.remove();
    release();
    expect(invalidation.isOn(nameOf(stream))).toBe(false);
    await stream.create();
    await isOn();
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    await stream.publish('a', numbered(1));
    await eventually(() => expect(follower.numbers()).toEqual([1]));
    expect(await generationOf(tagOf(stream, 1))).toBeDefined();
  });
});

it('messages that are no events are counted; what comes after them is applied', async () => {
  const { redis, generationOf } = await startRedis();
  const stream = await createTestStream(await openNats());
  const { counts, isOn, lines } = openGateway(redis, [nameOf(stream)]);
  await isOn();
  await stream.publish('a', { entities: 'none' });
  await stream.publish('a', changed(1));
  await eventually(() => expect(counts).toMatchObject({ invalid: 1, events: 1, epochs: 1 }));
  expect(await generationOf(tagOf(stream, 1))).toBeDefined();
  expect(lines.filter(({ invalid }) => invalid)).toHaveLength(1);
});

it('several subgraphs may publish into one stream; an event is of the one that its subject names', async () => {
  const { redis, generationOf } = await startRedis();
  const nats = await openNats();
  const stream = await createTestStream(nats);
  const [one, other] = [nameOf(stream), `${nameOf(stream)}b`];
  await (await nats.jetstreamManager()).streams.update(stream.name, { subjects: [`${one}.>`, `${other}.>`] });
  const { invalidation, counts, isOn } = openGateway(redis, [one, other]);
  await isOn();
  expect([one, other].map(invalidation.isOn)).toEqual([true, true]);
  await nats.jetstream().publish(`${other}.a`, JSON.stringify(envelope(changed(1))));
  await eventually(() => expect(counts.events).toBe(1));
  expect(await Promise.all([one, other].map((each) => generationOf(`${each}/Item:1`)))).toEqual([
    undefined,
    expect.any(String),
  ]);
});

it('an event of a subgraph that a gateway does not serve yet is applied for those that do', async () => {
  const { redis, generationOf } = await startRedis();
  const nats = await openNats();
  const stream = await createTestStream(nats);
  const [one, later] = [nameOf(stream), `${nameOf(stream)}b`];
  await (await nats.jetstreamManager()).streams.update(stream.name, { subjects: [`${one}.>`, `${later}.>`] });
  const { counts, isOn } = openGateway(redis, [one]);
  await isOn();
  await nats.jetstream().publish(`${later}.a`, JSON.stringify(envelope(changed(1))));
  await eventually(() => expect(counts.events).toBe(1));
  expect(await generationOf(`${later}/Item:1`)).toEqual(expect.any(String));
});

it('who is too far behind begins anew, and holds no more than that', async () => {
  const { redis, store, epoch } = await startRedis();
  const stream = await createTestStream(await openNats());
  const { overrides, hold, release } = faulty('applied');
  const { counts, isOn } = openGateway(redis, [nameOf(stream)], { overrides });
  await isOn();
  const era = await epoch();
  hold();
  await stream.publishMany(0, 10_050, () => 'a');
  release();
  await eventually(async () => expect((await store.positionOf(stream.name))?.position).toBe(10_050));
  await isOn();
  expect(counts.epochs).toBe(2);
  expect(counts.events).toBeLessThan(100);
  expect(await epoch()).not.toBe(era);
});
