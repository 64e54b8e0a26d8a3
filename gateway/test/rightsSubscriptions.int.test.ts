import { afterAll, beforeAll, expect, it } from 'vitest';
import { figure, running } from './fixtures/events/liveFigures.js';
import { openClient, type TestClient } from './fixtures/events/openClient.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import type { TestGateway } from './fixtures/startTestGateway.js';

const CODE = 'UNAUTHORIZED_FIELD_OR_TYPE';

let graph: EventGraph;
let gateway: TestGateway;
const clients: TestClient[] = [];

const requires = (scope: string) => `@requiresScopes(scopes: [["${scope}"]])`;
const withRights = (sdl: string) =>
  sdl
    .replace('"@key"', '"@key", "@requiresScopes"')
    .replace('price(times: Int): Int', `price(times: Int): Int ${requires('price')}`)
    .replace('greeting: String', `greeting: String ${requires('people')}`)
    .replace('offer: Offer note', `offer: Offer ${requires('offer')} note`)
    .replace(/(offerChanged\(.*\): OfferEvent!)/, `$1 ${requires('changes')}`);

beforeAll(async () => {
  graph = await startEventGraph();
  await graph.recompose(withRights);
  gateway = await graph.start();
});
afterAll(async () => {
  await Promise.all(clients.map(({ client }) => client.dispose()));
  await graph?.stop();
});

const connect = async (sub: string, scope: string) => {
  const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub, scope }));
  clients.push(client);
  return client;
};
const cutAt = (...paths: string[]) =>
  paths.map((path) => ({ message: expect.any(String), path: path.split('.'), extensions: { code: CODE } }));

it('a subscription whose field the caller may not have is refused before anything is opened', async () => {
  const query = 'subscription { offerChanged(id: "o1") { kind } }';
  const client = await connect('a1', 'offer');
  const { ended } = client.subscribe(query);
  await eventually(() => expect(ended.with).toMatchObject([{ path: ['offerChanged'], extensions: { code: CODE } }]));
  const stream = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: await graph.issuer.bearer({ scope: '' }),
    },
    body: JSON.stringify({ query }),
  });
  expect(await stream.text()).toContain(CODE);
  expect(await figure('subscriptions', gateway)).toBe(0);
  expect(graph.seen).toEqual([]);
  const allowed = (await connect('a1', 'changes')).subscribe(query);
  await running(1, gateway);
  allowed.stop();
  await running(0, gateway);
});

it('of an event, what the caller may not have is null, and is not fetched', async () => {
  const query = 'subscription { offers { kind offer { id price agent { name greeting } } } }';
  const less = (await connect('a2', 'offer')).subscribe(query);
  const more = (await connect('a2', 'offer people price')).subscribe(query);
  await running(2, gateway);
  graph.seen.length = 0;
  await graph.publish('made', { id: 'o2', owner: 'a2', price: 3 });
  expect(await less.atLeast(1)).toMatchObject([
    {
      data: { offers: { kind: 'MADE', offer: { id: 'o2', price: null, agent: { name: 'a2', greeting: null } } } },
      errors: cutAt('offers.offer.price', 'offers.offer.agent.greeting'),
    },
  ]);
  const [{ data, errors }] = await more.atLeast(1);
  expect(data.offers.offer).toEqual({ id: 'o2', price: 3, agent: { name: 'a2', greeting: 'Hello "a2"' } });
  expect(errors).toBeUndefined();
  expect(graph.seen.filter(({ subgraph }) => subgraph === 'people')).toHaveLength(1);
  less.stop();
  more.stop();
  await running(0, gateway);
});

it('an event whose entity the caller may not select is authorised by its owner all the same', async () => {
  const live = (await connect('a3', '')).subscribe('subscription { offers { kind offer { id } } }');
  await running(1, gateway);
  await graph.publish('hidden', { id: 'o3', owner: 'a3', price: 1 }, { entities: [{ __typename: 'Offer', key: '-' }] });
  await graph.publish('shown', { id: 'o3', owner: 'a3', price: 1 });
  expect(await live.atLeast(1)).toMatchObject([
    { data: { offers: { kind: 'SHOWN', offer: null } }, errors: cutAt('offers.offer') },
  ]);
  live.stop();
  await running(0, gateway);
});

it('a subscription goes on with the rights of another supergraph, or ends', async () => {
  const client = await connect('a4', 'offer changes');
  const priced = client.subscribe('subscription { offers { offer { price } } }');
  const changed = client.subscribe('subscription { offerChanged(id: "o4") { kind } }');
  await running(2, gateway);
  await graph.recompose((sdl) =>
    withRights(sdl).replace('[["price"]]', '[["offer"]]').replace('[["changes"]]', '[["no"]]'),
  );
  await eventually(() => expect(changed.ended.with).toBeDefined());
  expect(JSON.stringify(changed.ended.with)).toContain('SUBSCRIPTION_INVALID');
  await graph.publish('made', { id: 'o4', owner: 'a4', price: 9 });
  const [{ data, errors }] = await priced.atLeast(1);
  expect([data.offers.offer, errors]).toEqual([{ price: 9 }, undefined]);
  priced.stop();
  await running(0, gateway);
});

it('queries that come over a WebSocket or as an event stream have the same rights', async () => {
  graph.offers.set('o5', { id: 'o5', owner: '*', price: 5 });
  const query = '{ offer(id: "o5") { id agent { greeting } } }';
  const expected = { data: { offer: { id: 'o5', agent: { greeting: null } } }, errors: cutAt('offer.agent.greeting') };
  const [result] = await (await connect('a5', 'offer')).subscribe(query).atLeast(1);
  expect(result).toEqual(expected);
  const stream = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query }),
  });
  expect(JSON.parse(/data: (.*)/.exec(await stream.text())?.[1] ?? '')).toEqual(expected);
  const [more] = await (await connect('a5', 'people')).subscribe(query).atLeast(1);
  expect(more).toEqual({ data: { offer: { id: 'o5', agent: { greeting: 'Hello "*"' } } } });
});
