import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { openParts } from './fixtures/openParts.js';
import { type Gates, startGates } from './fixtures/startGates.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let gates: Gates;
let issuer: TokenIssuer;
let development: TestGateway;
let production: TestGateway;
const held: (() => void)[] = [];

beforeAll(async () => {
  shop = await startShop();
  gates = await startGates(shop);
  issuer = await startTokenIssuer();
  const config = { subgraphUrls: gates.subgraphUrls, clientTokens: issuer.clientTokens };
  development = await startTestGateway(shop, config);
  production = await startTestGateway(shop, { ...config, explainToAll: false });
});
afterAll(async () => {
  await development?.stop();
  await production?.stop();
  await gates?.close();
  await shop?.close();
});
afterEach(() => {
  for (const release of held.splice(0)) release();
  shop.answerWith('reviews', undefined);
});

const QUERY = 'query Plan { products { title reviews { author { name } } } }';
const post = (gateway: TestGateway, extensions: unknown, headers: Record<string, string> = {}, query = QUERY) =>
  gateway.send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, extensions }),
  });

it('shows the plan and what each fetch did, in the order of the answers', async () => {
  const { body } = await post(development, { plan: true });
  const { plan, fetches } = body.extensions.plan;
  expect(plan).toMatchObject({ kind: 'Sequence', nodes: [{ kind: 'Fetch', serviceName: 'products' }, {}, {}] });
  expect(fetches).toEqual([
    {
      fetch: 0,
      subgraph: 'products',
      path: '',
      operation: expect.stringMatching(/^query Plan__products\s*\{/),
      startMs: expect.any(Number),
      durationMs: expect.any(Number),
      objects: 1,
      bytes: expect.any(Number),
    },
    expect.objectContaining({ fetch: 1, subgraph: 'reviews', path: 'products.@', objects: 3, representations: 3 }),
    // Four reviews of three authors.
    expect.objectContaining({
      fetch: 2,
      subgraph: 'people',
      path: 'products.@.reviews.@.author',
      objects: 4,
      representations: 3,
    }),
  ]);
  for (const [index, { startMs, durationMs, bytes }] of fetches.entries()) {
    expect([startMs >= 0, durationMs >= 0, bytes > 20]).toEqual([true, true, true]);
    const before = fetches[index - 1];
    // Each needs what the one before brought. Both numbers are rounded to hundredths.
    if (before) expect(startMs).toBeGreaterThanOrEqual(before.startMs + before.durationMs - 0.02);
  }
});

it('is asked for by an extension or a header, and is not there otherwise', async () => {
  for (const [extensions, headers, shown] of [
    [undefined, {}, false],
    [{ plan: false }, {}, false],
    [{ plan: 'true' }, {}, false],
    [{ plan: true }, {}, true],
    [undefined, { 'graphql-plan': 'true' }, true],
    [undefined, { 'graphql-plan': 'false' }, false],
  ] as const) {
    const { body } = await post(development, extensions, headers);
    expect(body.data.products).toHaveLength(3);
    expect([extensions, headers, body.extensions?.plan !== undefined]).toEqual([extensions, headers, shown]);
  }
  const search = new URLSearchParams({ query: QUERY, extensions: '{"plan":true}' });
  const { body } = await development.get(`/graphql?${search}`, { 'graphql-require-preflight': '1' });
  expect(body.extensions.plan.fetches).toHaveLength(3);
});

it('is shown in production only to those who may see it', async () => {
  const shown = async (scope?: string) => {
    const headers: Record<string, string> =
      scope === undefined ? {} : { authorization: await issuer.bearer({ scope }) };
    const { body } = await post(production, { plan: true }, headers);
    expect(body.data.products).toHaveLength(3);
    return body.extensions !== undefined;
  };
  expect(await shown()).toBe(false);
  expect(await shown('read plan:reader')).toBe(false);
  expect(await shown('read plan:read')).toBe(true);
});

it('says what was shared with another request, and what within the operation', async () => {
  const release = gates.hold('people');
  held.push(release);
  const query = '{ person(id: "p1") { name } }';
  const first = post(development, { plan: true }, {}, query);
  const second = post(development, { plan: true }, {}, query);
  await eventually(async () => expect((await development.metrics.fetchesShared.get()).values[0]?.value).toBe(1));
  release();
  const sharing = [await first, await second].map(({ body }) => body.extensions.plan.fetches[0].sharedWith);
  expect(sharing.sort()).toEqual(['request', undefined]);

  const { body } = await post(
    development,
    { plan: true },
    {},
    '{ people { reviews { author { name } } } products { reviews { author { name } } } }',
  );
  const authors = body.extensions.plan.fetches.filter(({ path }: { path: string }) => path.endsWith('author'));
  expect(authors.map(({ sharedWith }: { sharedWith?: string }) => sharedWith).sort()).toEqual(['operation', undefined]);
});

it('is never given to a request that did not ask for it', async () => {
  const release = gates.hold('people');
  held.push(release);
  const query = '{ people { size } }';
  const explained = post(development, { plan: true }, {}, query);
  const plain = post(development, undefined, {}, query);
  await eventually(() => expect(development.metrics.requestsInFlight.count).toBe(2));
  release();
  expect((await explained).body.extensions.plan).toBeDefined();
  expect((await plain).body.extensions).toBeUndefined();
});

it('names the failure of a fetch, and no address', async () => {
  shop.answerWith('reviews', { status: 500, body: 'no' });
  const { body } = await post(development, { plan: true });
  const { fetches } = body.extensions.plan;
  expect(fetches.map(({ error }: { error?: string }) => error)).toEqual([undefined, 'SUBGRAPH_UNAVAILABLE']);
  expect(JSON.stringify(body)).not.toContain('127.0.0.1');
});

it('of an operation that nothing has to be fetched for has no fetches', async () => {
  const { body } = await post(development, { plan: true }, {}, '{ __typename }');
  expect(body.extensions.plan).toEqual({ plan: null, fetches: [] });
});

it('of a deferred operation comes when all its fetches are done', async () => {
  const parts = await openParts(
    development.url,
    '{ person(id: "p1") { name ... @defer { reviews { text } } } }',
    {},
    { 'graphql-plan': 'true' },
  );
  const received = await parts.rest();
  const last = received.at(-1);
  expect(last.hasNext).toBe(false);
  expect(last.extensions.plan.plan).toMatchObject({ kind: 'Defer' });
  expect(last.extensions.plan.fetches.map(({ subgraph }: { subgraph: string }) => subgraph)).toEqual([
    'people',
    'reviews',
  ]);
});
