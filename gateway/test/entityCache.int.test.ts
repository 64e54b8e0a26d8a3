import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import { type CachedGraph, startCachedGraph } from './fixtures/cache/startCachedGraph.js';
import { eventually } from './fixtures/eventually.js';
import { createNatsProcess } from './fixtures/natsProcess.js';
import { openSocket } from './fixtures/openSocket.js';
import { createRedisProcess, type RedisProcess } from './fixtures/redisProcess.js';
import type { TestGateway } from './fixtures/startTestGateway.js';

/** A graph with a Redis of its own, and gateways over it that keep what subgraphs answer. */
async function setUp(gateways = 1, config: Partial<GatewayConfig> = {}, fencing = true) {
  const redis = await createRedisProcess();
  await redis.start();
  const graph = await startCachedGraph({ redisUrl: redis.url, fencing });
  const started = await Promise.all(Array.from({ length: gateways }, () => graph.start(config)));
  await areWarm(graph, started);
  return { graph, redis, gateways: started as [TestGateway, TestGateway, TestGateway] };
}

const metric = async (gateway: TestGateway, name: string) =>
  (await gateway.metrics.registry.getMetricsAsJSON())
    .filter((each) => each.name === name)
    .flatMap((each) => each.values as { value: number; labels: Record<string, string | number> }[]);
const isOn = (gateway: TestGateway) =>
  eventually(async () => expect((await metric(gateway, 'entity_cache_on')).map(({ value }) => value)).toEqual([1]));
/** What is filled is compared with the last change of its type: one that nothing has been heard of is not kept the first time. */
const areWarm = async (graph: CachedGraph, gateways: readonly TestGateway[]) => {
  await Promise.all(gateways.map(isOn));
  const before = await Promise.all(gateways.map(events));
  await graph.publish(
    'shop',
    ['Item', 'Maker'].map((__typename) => ({ __typename, key: '0' })),
  );
  await graph.publish('stock', [{ __typename: 'Item', key: '0' }]);
  await eventually(async () => expect(await Promise.all(gateways.map(events))).toEqual(before.map((each) => each + 2)));
};
const isOff = (gateway: TestGateway) =>
  eventually(async () => expect((await metric(gateway, 'entity_cache_on')).map(({ value }) => value)).toEqual([0]));
const events = async (gateway: TestGateway) => (await metric(gateway, 'entity_cache_events_total'))[0]?.value ?? 0;
const counted = async (gateway: TestGateway, name: string, result: string) =>
  (await metric(gateway, name))
    .filter(({ labels }) => labels.result === result)
    .reduce((sum, { value }) => sum + value, 0);
const filled = (gateway: TestGateway, times: number) =>
  eventually(async () => expect(await counted(gateway, 'entity_cache_fills_total', 'filled')).toBe(times));

const ITEM = 'query Item($id: ID!) { item(id: $id) { version title } }';
const item = async (gateway: TestGateway, id = '1') => (await gateway.query(ITEM, { id })).body.data.item;
const STOCK = '{ items { id amount } }';

describe('what has been answered', () => {
  it('is not asked for again, by any gateway', async () => {
    const { graph, gateways } = await setUp(2);
    const [one, other] = gateways;
    expect(await item(one)).toEqual({ version: 1, title: 'Item 1' });
    await filled(one, 1);
    expect([await item(one), await item(other), await item(other)]).toEqual(
      Array(3).fill({ version: 1, title: 'Item 1' }),
    );
    expect(graph.asked).toHaveLength(1);
  });

  it('is completed by what is missing', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    await gateway.query('{ item(id: "2") { id amount } }');
    await gateway.query('{ item(id: "3") { id amount } }');
    await filled(gateway, 4);
    const { body } = await gateway.query(STOCK);
    expect(body.data.items).toEqual(['1', '2', '3', '4'].map((id) => ({ id, amount: Number(id) * 10 })));
    expect(graph.askedOf('stock').map(({ variables }) => variables.representations?.map(({ id }) => id))).toEqual([
      ['2'],
      ['3'],
      ['1', '4'],
    ]);
  });

  it('is shown in the plan', async () => {
    const { gateways } = await setUp();
    const [gateway] = gateways;
    await gateway.query('{ item(id: "2") { id amount } }');
    await filled(gateway, 2);
    const { body } = await gateway.query(STOCK, {}, { 'graphql-plan': 'true' });
    expect(body.extensions.plan.fetches[1]).toMatchObject({ representations: 4, cached: 1 });
  });

  it('is asked for again where it had an error; the rest is kept', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    const query = '{ items { id failing } }';
    const { body } = await gateway.query(query);
    await filled(gateway, 4);
    const again = await gateway.query(query);
    expect(again.body).toEqual(body);
    expect(again.body.errors.map(({ path }: { path: unknown }) => path)).toEqual([['items', 1, 'failing']]);
    expect(graph.askedOf('stock')[1]?.variables.representations?.map(({ id }) => id)).toEqual(['2']);
  });

  it('is not what did not come, beside what others had asked for', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    const related = async (id: string) =>
      (await gateway.query('query ($id: ID!) { item(id: $id) { related { id failing } } }', { id })).body;
    await gateway.query('{ item(id: "3") { failing } }');
    await filled(gateway, 2);
    const release = graph.hold('stock');
    const others = related('4');
    await eventually(() => expect(graph.held.count).toBe(1));
    const restore = graph.refuse('stock');
    const asking = related('2');
    await eventually(() => expect(graph.refused.count).toBeGreaterThan(0));
    release();
    await others;
    const { data, errors } = await asking;
    expect(data.item.related.map(({ failing }: { failing: unknown }) => failing)).toEqual([1, 1, null]);
    expect(errors.map(({ path }: { path: unknown }) => path)).toEqual([['item', 'related', 2, 'failing']]);
    restore();
    const again = await related('2');
    expect(again.errors).toBeUndefined();
    expect(again.data.item.related.map(({ failing }: { failing: unknown }) => failing)).toEqual([1, 1, 1]);
  });

  it('is kept apart by who asks; what is the same for all is fetched as nobody', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    const ask = async (query: string, sub: string) =>
      (await gateway.query(query, {}, { authorization: await graph.issuer.bearer({ sub }) })).body.data.item;
    const mine = '{ item(id: "1") { title mine } }';
    expect([await ask(mine, 'ada'), await ask(mine, 'bob')].map((each) => each.mine)).toEqual(['ada', 'bob']);
    await filled(gateway, 2);
    expect((await ask(mine, 'ada')).mine).toBe('ada');
    expect(graph.asked.map(({ identity }) => identity?.sub)).toEqual(['ada', 'bob']);
    await ask('{ item(id: "1") { title } }', 'ada');
    await filled(gateway, 3);
    await ask('{ item(id: "1") { title } }', 'bob');
    expect(graph.asked.map(({ identity }) => identity?.sub)).toEqual(['ada', 'bob', '']);
  });

  it('is not kept where personal data were disclosed', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    await gateway.query('{ item(id: "1") { disclosed } }');
    await gateway.query('{ item(id: "1") { disclosed } }');
    expect(graph.asked).toHaveLength(2);
  });

  it('is told to caches outside as something to ask for again', async () => {
    const { gateways } = await setUp();
    const headers = { 'graphql-require-preflight': 'true' };
    const answer = await gateways[0].send({ headers }, `?${new URLSearchParams({ query: '{ items { id } }' })}`);
    expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  });
});

describe('what has changed is read as it is', () => {
  const retitle = 'mutation { retitle(id: "1", title: "New") { version title } }';

  it('after a mutation that has been answered, at every gateway', async () => {
    const { gateways } = await setUp(2);
    const [one, other] = gateways;
    await Promise.all([item(one), item(other)]);
    await eventually(async () => expect((await item(other)).version).toBe(1));
    const { body } = await one.query(retitle);
    expect(body.extensions.changed).toEqual([expect.objectContaining({ __typename: 'Item', key: '1', version: 2 })]);
    expect(await item(other)).toEqual({ version: 2, title: 'New' });
    expect(await item(one)).toEqual({ version: 2, title: 'New' });
  });

  it('after an event that has been pushed, at every gateway, in whatever it is nested', async () => {
    const { graph, gateways } = await setUp(2);
    const [one, other] = gateways;
    const queries = [
      '{ item(id: "1") { version title } }',
      '{ item(id: "2") { related { version } } }',
      '{ items { version } }',
      '{ item(id: "1") { maker { name } } }',
    ];
    const askAll = async (gateway: TestGateway) =>
      JSON.stringify((await Promise.all(queries.map((query) => gateway.query(query)))).map(({ body }) => body.data));
    await askAll(one);
    await filled(one, queries.length);
    const socket = await openSocket(`${one.url.replace('http', 'ws')}/graphql`, { init: {} });
    socket.subscribe('s', 'subscription { changes { item { version } } }');
    const pushed = () => socket.messages.filter(({ type }) => type === 'next').map(({ payload }) => payload.data);
    await eventually(async () => {
      await graph.publish('shop', [{ __typename: 'Item', key: '4' }]);
      expect(pushed().length).toBeGreaterThan(0);
    });
    await askAll(one);
    for (let version = 2; version < 12; version += 1) {
      await graph.change('1', {});
      await eventually(() => expect(pushed().at(-1)).toEqual({ changes: { item: { version } } }));
      const asked = version % 2 === 0 ? other : one;
      expect(await askAll(asked)).toContain(`{"item":{"version":${version}`);
      expect((await asked.query('{ items { version } }')).body.data.items[0].version).toBe(version);
      expect((await asked.query(queries[1] ?? '')).body.data.item.related[0].version).toBe(version);
    }
    graph.makers.set('m1', { id: 'm1', name: 'Renamed' });
    await graph.publish('shop', [{ __typename: 'Maker', key: 'm1' }]);
    await eventually(async () => expect(await askAll(one)).toContain('Renamed'));
    socket.socket.close();
  });

  it('when a fetch that began before comes back after it', async () => {
    const { graph, gateways } = await setUp(2);
    const [one, other] = gateways;
    const release = graph.hold('shop');
    const before = item(one);
    await eventually(() => expect(graph.held.count).toBe(1));
    const changing = other.query(retitle);
    await eventually(() => expect(graph.held.count).toBe(2));
    release();
    await changing;
    expect(['Item 1', 'New']).toContain((await before).title);
    expect(await item(one)).toEqual({ version: 2, title: 'New' });
    expect(await item(other)).toEqual({ version: 2, title: 'New' });
  });

  it('though a fetch from before is in flight: it is not joined', async () => {
    const { graph, gateways } = await setUp(2);
    const [one, other] = gateways;
    const seen = await events(other);
    const release = graph.hold('shop');
    const before = item(one);
    await eventually(() => expect(graph.held.count).toBe(1));
    await graph.change('1', { title: 'New' });
    await eventually(async () => expect(await events(other)).toBeGreaterThan(seen));
    const after = item(one);
    await eventually(() => expect(graph.held.count).toBe(2));
    release();
    expect([(await before).title, (await after).title]).toEqual(['Item 1', 'New']);
  });

  it('and only that is asked for again', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    await gateway.query(STOCK);
    await filled(gateway, 5);
    await graph.publish('stock', [{ __typename: 'Item', key: '3' }]);
    await eventually(async () => {
      await gateway.query(STOCK);
      expect(graph.askedOf('stock')).toHaveLength(2);
    });
    expect(graph.askedOf('stock')[1]?.variables.representations?.map(({ id }) => id)).toEqual(['3']);
    expect(graph.askedOf('shop')).toHaveLength(1);
  });

  it('but for lists that may be stale, which are asked for behind it', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    const recent = async () => (await gateway.query('{ recent { version } }')).body.data.recent[0].version;
    expect(await recent()).toBe(1);
    await filled(gateway, 1);
    const release = graph.hold('shop');
    await graph.change('1', {});
    await eventually(async () => {
      expect(await recent()).toBe(1);
      expect(graph.held.count).toBe(1);
    });
    for (let times = 0; times < 5; times += 1) expect(await recent()).toBe(1);
    expect(graph.asked).toHaveLength(2);
    release();
    await eventually(async () => expect(await recent()).toBe(2));
  });

  it('in lists that may be stale too, by who has changed it, whatever else the token allows', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    const ask = async (query: string, sub: string, scope: string) =>
      (await gateway.query(query, {}, { authorization: await graph.issuer.bearer({ sub, scope }) })).body.data;
    const recent = async (sub: string) => (await ask('{ recent { version } }', sub, 'read')).recent[0].version;
    expect(await recent('ada')).toBe(1);
    await filled(gateway, 1);
    await ask('mutation { retitle(id: "1", title: "New") { version } }', 'ada', 'read write');
    expect(await recent('ada')).toBe(2);
  });

  it('where nothing is wanted that was kept or is on its way: what comes is kept', async () => {
    const { graph, gateways } = await setUp();
    const [gateway] = gateways;
    const recent = async (headers = {}) =>
      (await gateway.query('{ recent { version } }', {}, headers)).body.data.recent[0].version;
    const noCache = { 'cache-control': 'max-age=0, no-cache' };
    const release = graph.hold('shop');
    const asking = [recent(), recent(noCache), recent(noCache)];
    await eventually(() => expect(graph.held.count).toBe(3));
    release();
    expect(await Promise.all(asking)).toEqual([1, 1, 1]);
    await filled(gateway, 3);
    // Of this nobody is told.
    Object.assign(graph.items.get('1') as object, { version: 2 });
    expect(await recent()).toBe(1);
    expect(await recent(noCache)).toBe(2);
    await filled(gateway, 4);
    expect(await recent()).toBe(2);
  });
});

it('a list that may be stale is shown though it changes all the time', async () => {
  const { graph, gateways } = await setUp();
  const [gateway] = gateways;
  const recent = async () => (await gateway.query('{ recent { version } }')).body.data.recent[0].version;
  const release = graph.hold('shop');
  const first = recent();
  await eventually(() => expect(graph.held.count).toBe(1));
  const seen = await events(gateway);
  await graph.change('1', {});
  await eventually(async () => expect(await events(gateway)).toBeGreaterThan(seen));
  release();
  expect(await first).toBe(1);
  await eventually(async () => expect(await counted(gateway, 'entity_cache_fills_total', 'refused')).toBe(1));
  const again = graph.hold('shop');
  expect(await recent()).toBe(1);
  again();
  await eventually(async () => expect(await recent()).toBe(2));
});

describe('it is off', () => {
  const withoutCache = async (graph: CachedGraph, gateway: TestGateway) => {
    const before = graph.asked.length;
    await item(gateway);
    await item(gateway);
    expect(graph.asked.length - before).toBe(2);
  };

  it('while Redis is away, and on again when it is back', async () => {
    const { graph, redis, gateways } = await setUp();
    const [gateway] = gateways;
    await item(gateway);
    await redis.kill();
    await isOff(gateway);
    await withoutCache(graph, gateway);
    await redis.start();
    await isOn(gateway);
    await item(gateway);
    await eventually(async () => {
      const before = graph.asked.length;
      await item(gateway);
      expect(graph.asked.length).toBe(before);
    });
  });

  it('while Redis is away, which holds mutations up once', async () => {
    const { redis, gateways } = await setUp();
    const [gateway] = gateways;
    await redis.kill();
    await isOff(gateway);
    const retitle = () => gateway.query('mutation { retitle(id: "1", title: "New") { version } }');
    expect((await retitle()).body.data.retitle.version).toBe(2);
    for (let version = 3; version < 20; version += 1) expect((await retitle()).body.data.retitle.version).toBe(version);
    expect((await item(gateway)).version).toBe(19);
    await redis.start();
    await isOn(gateway);
    expect((await item(gateway)).version).toBe(19);
  });

  it('while NATS is away; what has changed meanwhile is read as it is when it is back', async () => {
    const nats = await createNatsProcess();
    await nats.start();
    const redis: RedisProcess = await createRedisProcess();
    await redis.start();
    const graph = await startCachedGraph({ redisUrl: redis.url, natsUrl: nats.url });
    const gateway = await graph.start();
    await areWarm(graph, [gateway]);
    await item(gateway);
    await filled(gateway, 1);
    await nats.kill();
    await isOff(gateway);
    await withoutCache(graph, gateway);
    await nats.start();
    await graph.change('1', { title: 'New' });
    await isOn(gateway);
    await eventually(async () => expect((await item(gateway)).title).toBe('New'));
  });

  it('for a subgraph without a stream', async () => {
    const redis = await createRedisProcess();
    await redis.start();
    const graph = await startCachedGraph({ redisUrl: redis.url, streams: ['shop'] });
    const gateway = await graph.start();
    await isOn(gateway);
    await graph.change('4', {});
    await eventually(async () => {
      await gateway.query(STOCK);
      await filled(gateway, 1);
    });
    graph.asked.length = 0;
    await gateway.query(STOCK);
    expect([graph.askedOf('shop').length, graph.askedOf('stock').length]).toEqual([0, 1]);
  });
});

it('a gateway that starts does not show what changed while none ran', async () => {
  const { graph, gateways } = await setUp();
  const [gateway] = gateways;
  await item(gateway);
  await filled(gateway, 1);
  await gateway.stop();
  await graph.change('1', { title: 'New' });
  const next = await graph.start();
  await isOn(next);
  expect(await item(next)).toEqual({ version: 2, title: 'New' });
});
