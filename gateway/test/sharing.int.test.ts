import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import { eventually } from './fixtures/eventually.js';
import { openParts } from './fixtures/openParts.js';
import { type Gates, startGates } from './fixtures/startGates.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { type Answer, startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let gates: Gates;
let issuer: TokenIssuer;
const gateways: TestGateway[] = [];
const held: (() => void)[] = [];

beforeAll(async () => {
  shop = await startShop();
  gates = await startGates(shop);
  issuer = await startTokenIssuer();
});
afterAll(async () => {
  await gates?.close();
  await shop?.close();
});
beforeEach(() => {
  gates.came.length = 0;
});
afterEach(async () => {
  for (const release of held.splice(0)) release();
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
});

const start = async (config: Partial<GatewayConfig> = {}) => {
  const { clientTokens } = issuer;
  const headerRules = { all: { forward: ['x-tenant'], rename: {}, insert: {} }, subgraphs: {} };
  const gateway = await startTestGateway(shop, {
    subgraphUrls: gates.subgraphUrls,
    clientTokens,
    headerRules,
    ...config,
  });
  gateways.push(gateway);
  return gateway;
};
const hold = (subgraph: string) => {
  const release = gates.hold(subgraph);
  held.push(release);
  return release;
};
const counted = async (counter: { get(): Promise<{ values: { value: number }[] }> }) =>
  (await counter.get()).values[0]?.value ?? 0;
const sharedRequests = (gateway: TestGateway) => counted(gateway.metrics.requestsShared);
const sharedFetches = (gateway: TestGateway) => counted(gateway.metrics.fetchesShared);
const came = (subgraph: string, requests: number) =>
  eventually(() => expect(gates.of(subgraph)).toHaveLength(requests));
const bodies = (answers: Answer[]) => answers.map(({ body }) => body);

const NAMES = 'query Names($first: Int) { people { name } products(first: $first) { id } }';
const ada = { data: { person: { name: 'Ada' } } };

describe('identical queries in flight of one identity', () => {
  const query = '{ person(id: "p1") { name } }';

  it('share one execution', async () => {
    const gateway = await start();
    const release = hold('people');
    const asked = Array.from({ length: 5 }, () => gateway.query(query));
    await eventually(async () => expect(await sharedRequests(gateway)).toBe(4));
    await came('people', 1);
    release();
    expect(bodies(await Promise.all(asked))).toEqual(asked.map(() => ada));
    expect(gates.came).toHaveLength(1);
  });

  it('share the fetches where executions are not shared', async () => {
    const gateway = await start({ shareRequests: false });
    const release = hold('people');
    const asked = Array.from({ length: 5 }, () => gateway.query(query));
    await eventually(async () => expect(await sharedFetches(gateway)).toBe(4));
    release();
    expect(bodies(await Promise.all(asked))).toEqual(asked.map(() => ada));
    expect([gates.came.length, await sharedRequests(gateway)]).toEqual([1, 0]);
  });

  it('share nothing where both are off', async () => {
    const gateway = await start({ shareRequests: false, shareFetches: false });
    const release = hold('people');
    const asked = [gateway.query(query), gateway.query(query)];
    await came('people', 2);
    release();
    expect(bodies(await Promise.all(asked))).toEqual([ada, ada]);
  });

  it('share a fetch that several operations have in common', async () => {
    const gateway = await start();
    const release = hold('people');
    const asked = [
      gateway.query('{ person(id: "p1") { id } }'),
      gateway.query('{ person(id: "p1") { id } products(first: 1) { id } }'),
    ];
    await eventually(async () => expect(await sharedFetches(gateway)).toBe(1));
    release();
    expect(bodies(await Promise.all(asked))).toEqual([
      { data: { person: { id: 'p1' } } },
      { data: { person: { id: 'p1' }, products: [{ id: 't1' }] } },
    ]);
    expect(gates.of('people')).toHaveLength(1);
  });

  it('are asked anew once they have been answered: nothing is cached', async () => {
    const gateway = await start();
    await gateway.query(query);
    await gateway.query(query);
    expect(gates.came).toHaveLength(2);
  });

  it('share with other tokens of the same identity, other request ids and other traces', async () => {
    for (const config of [{}, { shareRequests: false }]) {
      const gateway = await start(config);
      gates.came.length = 0;
      const release = hold('people');
      const asked: Promise<Answer>[] = [];
      for (const id of ['a', 'b']) {
        asked.push(
          gateway.query(
            query,
            {},
            {
              authorization: await issuer.bearer(),
              'x-request-id': id,
              traceparent: `00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333${id}-01`,
            },
          ),
        );
      }
      await eventually(async () => expect((await sharedRequests(gateway)) + (await sharedFetches(gateway))).toBe(1));
      release();
      const answers = await Promise.all(asked);
      expect(answers.map(({ headers }) => headers.get('x-request-id'))).toEqual(['a', 'b']);
      expect(gates.came).toHaveLength(1);
    }
  });

  for (const [what, config] of [
    ['executions', {}],
    ['fetches', { shareRequests: false }],
  ] as const) {
    const shared = async (gateway: TestGateway) => (await sharedRequests(gateway)) + (await sharedFetches(gateway));
    const ask = (gateway: TestGateway, { signal }: AbortController) =>
      gateway
        .send({
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
          signal,
        })
        .then(
          ({ body }) => body,
          () => 'gone',
        );

    it(`go on when some of the clients go away (${what})`, async () => {
      const gateway = await start(config);
      const release = hold('people');
      const clients = [new AbortController(), new AbortController(), new AbortController()];
      const asked = clients.map((client) => ask(gateway, client));
      await eventually(async () => expect(await shared(gateway)).toBe(2));
      clients[0]?.abort();
      clients[2]?.abort();
      await eventually(() => expect(gateway.metrics.requestsInFlight.count).toBe(1));
      await came('people', 1);
      release();
      expect(await Promise.all(asked)).toEqual(['gone', ada, 'gone']);
      expect(gates.came.map(({ gone }) => gone)).toEqual([false]);
    });

    it(`end when all the clients have gone, and nobody joins what has been given up (${what})`, async () => {
      const gateway = await start(config);
      const release = hold('people');
      const client = new AbortController();
      const asked = [ask(gateway, client), ask(gateway, client)];
      await eventually(async () => expect(await shared(gateway)).toBe(1));
      await came('people', 1);
      client.abort();
      await eventually(() => expect(gates.came.map(({ gone }) => gone)).toEqual([true]));
      const late = gateway.query(query);
      await came('people', 2);
      release();
      expect(await Promise.all(asked)).toEqual(['gone', 'gone']);
      expect((await late).body).toEqual(ada);
    });
  }

  it('give each its own data when one of them is merged with more', async () => {
    const gateway = await start({ shareRequests: false });
    const release = hold('people');
    const asked = [
      gateway.query('{ people { id reviews { id } } }'),
      gateway.query('{ people { id reviews { stars } } }'),
    ];
    await eventually(async () => expect(await sharedFetches(gateway)).toBe(1));
    release();
    const [ids, stars] = bodies(await Promise.all(asked));
    expect(ids.data.people[0]).toEqual({ id: 'p1', reviews: [{ id: 'r1' }, { id: 'r3' }] });
    expect(stars.data.people[0]).toEqual({ id: 'p1', reviews: [{ stars: 5 }, { stars: 4 }] });
  });

  it('share the fetches of what is deferred', async () => {
    const gateway = await start();
    const release = hold('reviews');
    const deferred = '{ person(id: "p1") { id ... @defer { reviews { id } } } }';
    const [one, other] = await Promise.all([openParts(gateway.url, deferred), openParts(gateway.url, deferred)]);
    await eventually(async () => expect(await sharedFetches(gateway)).toBeGreaterThan(0));
    await came('reviews', 1);
    release();
    expect(await one.rest()).toEqual(await other.rest());
    expect(gates.of('reviews')).toHaveLength(1);
  });
});

describe('entities that several queries in flight ask for', () => {
  const REVIEWED = 'query Reviewed($first: Int) { products(first: $first) { id reviews { stars } } }';
  const asks = (request: number) => gates.of('reviews')[request]?.body.variables?.representations;
  const t = (...numbers: number[]) => numbers.map((number) => ({ __typename: 'Product', id: `t${number}` }));
  const reviewed = [
    { id: 't1', reviews: [{ stars: 5 }, { stars: 2 }] },
    { id: 't2', reviews: [{ stars: 3 }] },
    { id: 't3', reviews: [{ stars: 4 }] },
  ];

  it('are asked for once', async () => {
    const gateway = await start();
    const release = hold('reviews');
    const few = gateway.query(REVIEWED, { first: 2 });
    await came('reviews', 1);
    const more = gateway.query(REVIEWED, { first: 3 });
    await came('reviews', 2);
    const fewest = gateway.query(REVIEWED, { first: 1 });
    const all = gateway.query('query Reviewed { products(first: 3) { id reviews { stars } } }');
    await eventually(() => expect(gateway.metrics.tallies.sharedEntities).toBe(2 + 1 + 3));
    release();
    expect(bodies(await Promise.all([few, more, fewest, all]))).toEqual(
      [2, 3, 1, 3].map((first) => ({ data: { products: reviewed.slice(0, first) } })),
    );
    expect([gates.of('reviews').length, asks(0), asks(1)]).toEqual([2, t(1, 2), t(3)]);
  });

  it('come to those who still wait when who asked for them has gone', async () => {
    const gateway = await start();
    const release = hold('reviews');
    const client = new AbortController();
    const gone = gateway
      .send({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: REVIEWED, variables: { first: 2 } }),
        signal: client.signal,
      })
      .catch(() => 'gone');
    await came('reviews', 1);
    const more = gateway.query(REVIEWED, { first: 3 });
    await came('reviews', 2);
    client.abort();
    expect(await gone).toBe('gone');
    await eventually(() => expect(gateway.metrics.requestsInFlight.count).toBe(1));
    release();
    expect((await more).body).toEqual({ data: { products: reviewed } });
    expect(gates.of('reviews').map(({ gone }) => gone)).toEqual([false, false]);
  });

  it('are not those of other identities', async () => {
    const gateway = await start();
    const release = hold('reviews');
    const one = gateway.query(REVIEWED, { first: 2 }, { authorization: await issuer.bearer() });
    await came('reviews', 1);
    const other = gateway.query(REVIEWED, { first: 3 }, { authorization: await issuer.bearer({ sub: 'another' }) });
    await came('reviews', 2);
    release();
    await Promise.all([one, other]);
    expect([asks(0), asks(1)]).toEqual([t(1, 2), t(1, 2, 3)]);
  });
});

describe('queries are kept apart', () => {
  const both = { executions: {}, fetches: { shareRequests: false } };
  for (const [what, config] of Object.entries(both)) {
    it(`${what}: by who asks`, async () => {
      const gateway = await start(config);
      const release = hold('people');
      const identities = [undefined, {}, { sub: 'another' }, { kind: 'OTHER' }, { scope: 'read write' }];
      const asked = await Promise.all(
        identities.map(async (identity) => ({
          answer: gateway.query(
            '{ people { id } }',
            {},
            identity ? { authorization: await issuer.bearer(identity) } : {},
          ),
        })),
      );
      await came('people', identities.length);
      release();
      for (const { answer } of asked) expect((await answer).status).toBe(200);
    });

    it(`${what}: by variables`, async () => {
      const gateway = await start(config);
      const release = hold('products');
      const asked = [1, 2].map((first) => gateway.query(NAMES, { first }));
      await came('products', 2);
      release();
      expect(bodies(await Promise.all(asked)).map(({ data }) => data.products.length)).toEqual([1, 2]);
    });

    it(`${what}: by forwarded headers, and only by these`, async () => {
      const gateway = await start(config);
      const release = hold('people');
      const sent = [{}, { 'x-tenant': 'a' }, { 'x-tenant': 'b' }, { 'x-tenant': 'b', 'x-other': '1' }];
      const asked = sent.map((headers) => gateway.query('{ people { id } }', {}, headers as never));
      await came('people', 3);
      await eventually(async () => expect((await sharedRequests(gateway)) + (await sharedFetches(gateway))).toBe(1));
      release();
      await Promise.all(asked);
      expect(gates.came.map(({ headers }) => headers['x-tenant']).sort()).toEqual(['a', 'b', undefined]);
    });

    it(`${what}: by a mutation that was answered in between`, async () => {
      const gateway = await start(config);
      const release = hold('reviews');
      const query = '{ review(id: "r1") { text } }';
      const before = gateway.query(query);
      await came('reviews', 1);
      await gateway.query('mutation { rename(id: "p1", name: "x") { id } }');
      const after = gateway.query(query);
      await came('reviews', 2);
      release();
      expect((await before).body).toEqual((await after).body);
    });
  }

  it('and mutations are never shared', async () => {
    const gateway = await start();
    const release = hold('people');
    const asked = [1, 2].map(() => gateway.query('mutation { rename(id: "p1", name: "Eve") { name } }'));
    await came('people', 2);
    release();
    for (const { data } of bodies(await Promise.all(asked))) expect(data).toEqual({ rename: { name: 'Eve' } });
  });
});

describe('within one request', () => {
  const start1 = () => start({ shareRequests: false, shareFetches: false });

  it('a fetch that stands in several places of the plan is sent once', async () => {
    const gateway = await start1();
    const { body } = await gateway.query(
      'query Twice { people { reviews { author { name } } } products { reviews { author { name } } } }',
    );
    expect(body.data.people[1].reviews).toEqual([{ author: { name: 'Blaise' } }]);
    expect(body.data.products[0].reviews).toEqual([{ author: { name: 'Ada' } }, { author: { name: 'Blaise' } }]);
    expect(gates.of('people').map(({ body }) => body.variables?.representations)).toEqual([
      undefined,
      ['p1', 'p2', 'p3'].map((id) => ({ __typename: 'Person', id })),
    ]);
  });

  it('each entity is asked for once, in the order in which it comes', async () => {
    const gateway = await start1();
    const { body } = await gateway.query('{ products { reviews { author { name size } } } }');
    expect(
      body.data.products.map(({ reviews }: { reviews: { author: { name: string } }[] }) =>
        reviews.map(({ author }) => author.name),
      ),
    ).toEqual([['Ada', 'Blaise'], ['Carl'], ['Ada']]);
    expect(gates.of('people').map(({ body }) => body.variables)).toEqual([
      { representations: ['p1', 'p2', 'p3'].map((id) => ({ __typename: 'Person', id })) },
    ]);
  });

  it('subgraphs see the name of the operation, without the number that the planner adds', async () => {
    const gateway = await start1();
    await gateway.query('query Names_2__1 { people { name reviews { product { title } } } }');
    for (const { subgraph, body } of gates.came) {
      expect(body.operationName).toBe(`Names_2__1__${subgraph}`);
      expect(body.query).toMatch(new RegExp(`^query Names_2__1__${subgraph}\\W`));
    }
    expect(gates.came.map(({ subgraph }) => subgraph)).toEqual(['people', 'reviews', 'products']);
    gates.came.length = 0;
    await gateway.query('{ people { name } }');
    expect(gates.came[0]?.body.operationName).toBeUndefined();
  });

  it('subgraphs get request id, trace and the hash of the operation', async () => {
    const gateway = await start1();
    const query = '{ people { reviews { id } } }';
    const trace = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', tracestate: 'a=1,b=2' };
    await gateway.query(query, {}, { 'x-request-id': 'mine', ...trace });
    expect(gates.came).toHaveLength(2);
    for (const { headers } of gates.came) {
      expect(headers).toMatchObject({
        'x-request-id': 'mine',
        'x-operation-hash': createHash('sha256').update(query).digest('hex'),
        ...trace,
      });
    }
  });
});
