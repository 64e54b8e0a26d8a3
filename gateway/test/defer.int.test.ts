import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { APOLLO_ACCEPT, openParts } from './fixtures/openParts.js';
import { type Gates, startGates } from './fixtures/startGates.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gates: Gates;
let gateway: TestGateway;
const held: (() => void)[] = [];

beforeAll(async () => {
  shop = await startShop();
  gates = await startGates(shop);
  gateway = await startTestGateway(shop, { subgraphUrls: gates.subgraphUrls });
});
afterAll(async () => {
  await gateway?.stop();
  await gates?.close();
  await shop?.close();
});
beforeEach(() => {
  gates.came.length = 0;
});
afterEach(() => {
  for (const release of held.splice(0)) release();
  shop.answerWith('reviews', undefined);
  shop.answerWith('products', undefined);
});

const hold = (subgraph: string) => {
  const release = gates.hold(subgraph);
  held.push(release);
  return release;
};
const open = (query: string, variables?: Record<string, unknown>, headers?: Record<string, string>) =>
  openParts(gateway.url, query, variables, headers);
const parts = async (query: string, variables?: Record<string, unknown>) => (await open(query, variables)).rest();

const BOOK = '{ person(id: "p1") { name ... @defer(label: "later") { reviews { text } } } }';

describe('the parts of a response with @defer', () => {
  it('have the form of deferSpec=20220824, byte for byte', async () => {
    const response = await open(BOOK);
    await response.rest();
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      'content-type': 'multipart/mixed; boundary="-"; deferSpec=20220824',
      'transfer-encoding': 'chunked',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': expect.any(String),
    });
    const head = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';
    expect(response.raw()).toBe(
      `\r\n---${head}{"data":{"person":{"name":"Ada"}},"hasNext":true}` +
        `\r\n---${head}{"incremental":[{"data":{"reviews":[{"text":"Steady"},{"text":"Soft"}]},"path":["person"],"label":"later"}],"hasNext":false}` +
        '\r\n-----\r\n',
    );
  });

  it('begin before the subgraph of what is deferred has answered', async () => {
    const release = hold('reviews');
    const response = await open(BOOK);
    expect(await response.next()).toEqual({ data: { person: { name: 'Ada' } }, hasNext: true });
    await eventually(() => expect(gates.of('reviews')).toHaveLength(1));
    release();
    expect(await response.rest()).toEqual([
      {
        incremental: [{ data: { reviews: [{ text: 'Steady' }, { text: 'Soft' }] }, path: ['person'], label: 'later' }],
        hasNext: false,
      },
    ]);
  });

  it('have paths through lists, one for each element', async () => {
    const [first, second, ...more] = await parts(
      '{ people { name reviews { id product { id ... @defer { title } } } } }',
    );
    expect(first.data.people[0].reviews).toEqual([
      { id: 'r1', product: { id: 't1' } },
      { id: 'r3', product: { id: 't3' } },
    ]);
    expect(first.hasNext).toBe(true);
    expect(second).toEqual({
      incremental: [
        { data: { title: 'Table' }, path: ['people', 0, 'reviews', 0, 'product'] },
        { data: { title: 'Couch' }, path: ['people', 0, 'reviews', 1, 'product'] },
        { data: { title: 'Table' }, path: ['people', 1, 'reviews', 0, 'product'] },
        { data: { title: 'Chair' }, path: ['people', 2, 'reviews', 0, 'product'] },
      ],
      hasNext: false,
    });
    expect(more).toEqual([]);
  });

  it('name places by the aliases of the client', async () => {
    const [, second] = await parts('{ who: person(id: "p2") { id ... @defer { said: reviews { words: text } } } }');
    expect(second.incremental).toEqual([{ data: { said: [{ words: 'Too high' }] }, path: ['who'] }]);
  });

  it('come in the order in which they are ready, each with its label', async () => {
    const query = `{ people { id ... @defer(label: "reviews") { reviews { id } } }
      products(first: 1) { id ... @defer(label: "of product") { reviews { stars } } }
      ... @defer(label: "search") { search(text: "Cou") { __typename } } }`;
    const release = hold('reviews');
    const response = await open(query);
    expect(await response.next()).toEqual({
      data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }], products: [{ id: 't1' }] },
      hasNext: true,
    });
    expect(await response.next()).toEqual({
      incremental: [
        { data: { search: [{ __typename: 'Product' }, { __typename: 'Shop' }] }, path: [], label: 'search' },
      ],
      hasNext: true,
    });
    release();
    const rest = await response.rest();
    const later = rest.flatMap(({ incremental }) => incremental ?? []);
    expect(later.filter(({ label }) => label === 'reviews').map(({ path }) => path)).toEqual([
      ['people', 0],
      ['people', 1],
      ['people', 2],
    ]);
    expect(later.filter(({ label }) => label === 'of product')).toEqual([
      { data: { reviews: [{ stars: 5 }, { stars: 2 }] }, path: ['products', 0], label: 'of product' },
    ]);
    expect(rest.map(({ hasNext }) => hasNext)).toEqual([...rest.slice(1).map(() => true), false]);
  });

  it('may be deferred inside of what is deferred', async () => {
    const release = hold('products');
    const response = await open(
      `{ person(id: "p1") { name ... @defer(label: "outer") { reviews { text ... @defer(label: "inner") { product { title } } } } } }`,
    );
    expect(await response.next()).toEqual({ data: { person: { name: 'Ada' } }, hasNext: true });
    expect(await response.next()).toEqual({
      incremental: [{ data: { reviews: [{ text: 'Steady' }, { text: 'Soft' }] }, path: ['person'], label: 'outer' }],
      hasNext: true,
    });
    release();
    expect(await response.rest()).toEqual([
      {
        incremental: [
          { data: { product: { title: 'Table' } }, path: ['person', 'reviews', 0], label: 'inner' },
          { data: { product: { title: 'Couch' } }, path: ['person', 'reviews', 1], label: 'inner' },
        ],
        hasNext: false,
      },
    ]);
  });

  it('may be all there is', async () => {
    expect(await parts('{ ... @defer { people { id } } }')).toEqual([
      { data: {}, hasNext: true },
      { incremental: [{ data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] }, path: [] }], hasNext: false },
    ]);
  });

  it('hold for named fragments and for one type of several', async () => {
    const query = `{ search(text: "Cou") { __typename ... on Product @defer(label: "product") { title ...Reviewed } ... on Shop { city } } }
      fragment Reviewed on Product { reviews { author { name } } }`;
    const [first, ...rest] = await parts(query);
    expect(first).toEqual({
      data: { search: [{ __typename: 'Product' }, { __typename: 'Shop', city: 'Cou' }] },
      hasNext: true,
    });
    expect(rest.flatMap(({ incremental }) => incremental ?? [])).toEqual([
      { data: { title: 'Couch', reviews: [{ author: { name: 'Ada' } }] }, path: ['search', 0], label: 'product' },
    ]);
    const [, ...named] = await parts(
      '{ person(id: "p3") { id ...Later @defer(label: "named") } } fragment Later on Person { summary }',
    );
    expect(named.flatMap(({ incremental }) => incremental)).toEqual([
      { data: { summary: 'p3 is 181 cm' }, path: ['person'], label: 'named' },
    ]);
  });

  it('hold a mutation to its order, and what is deferred comes after it', async () => {
    const [first, second] = await parts(
      'mutation { a: rename(id: "p1", name: "Eve") { name ... @defer { reviews { id } } } b: rename(id: "p2", name: "Bo") { name } }',
    );
    expect(first).toMatchObject({ data: { a: { name: 'Eve' }, b: { name: 'Bo' } }, hasNext: true });
    expect(second).toEqual({
      incremental: [{ data: { reviews: [{ id: 'r1' }, { id: 'r3' }] }, path: ['a'] }],
      hasNext: false,
    });
  });
});

describe('a condition on @defer', () => {
  const query = 'query Q($later: Boolean!) { person(id: "p1") { name ... @defer(if: $later) { reviews { text } } } }';
  const whole = { data: { person: { name: 'Ada', reviews: [{ text: 'Steady' }, { text: 'Soft' }] } } };

  it('holds: the response comes in parts', async () => {
    expect((await parts(query, { later: true })).map(({ hasNext }) => hasNext)).toEqual([true, false]);
  });

  it('does not hold: the response comes whole, as one JSON', async () => {
    for (const [text, variables] of [
      [query, { later: false }],
      [BOOK.replace('label: "later"', 'if: false'), {}],
    ] as const) {
      const { headers, body } = await gateway.query(text, variables, { accept: APOLLO_ACCEPT });
      expect(headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
      expect(body).toEqual(whole);
    }
  });

  it('decides for each fragment by itself', async () => {
    const both = `query Q($a: Boolean = true, $b: Boolean = false) { person(id: "p1") {
      name ... @defer(if: $a, label: "a") { reviews { text } } ... @defer(if: $b, label: "b") { summary } } }`;
    const labels = async (variables: Record<string, unknown>) => {
      const response = await open(both, variables);
      const [first, ...rest] = response.headers['content-type']?.startsWith('multipart/') ? await response.rest() : [];
      return [
        Object.keys(first?.data.person ?? {}),
        rest.flatMap(({ incremental }) => incremental?.map(({ label }: { label: string }) => label) ?? []).sort(),
      ];
    };
    expect(await labels({})).toEqual([['name', 'summary'], ['a']]);
    expect(await labels({ b: true })).toEqual([['name'], ['a', 'b']]);
    expect(await labels({ a: false, b: true })).toEqual([['name', 'reviews'], ['b']]);
  });

  it('is not waited for where what is deferred in is left out', async () => {
    const query = `query Q($yes: Boolean!) { person(id: "p1") { name ... @defer { summary } }
      products(first: 1) @include(if: $yes) { id ... @defer(label: "of product") { reviews { id } } } }`;
    const labels = async (yes: boolean) =>
      (await parts(query, { yes })).flatMap(({ incremental }) => incremental ?? []).map(({ label }) => label);
    expect((await labels(true)).sort()).toEqual(['of product', undefined]);
    expect(await labels(false)).toEqual([undefined]);
  });

  it('meets @include on the same fragment', async () => {
    const included = `query Q($yes: Boolean!) { person(id: "p1") { name ... @defer @include(if: $yes) { reviews { text } } } }`;
    expect(await parts(included, { yes: true })).toHaveLength(2);
    const { body } = await gateway.query(included, { yes: false }, { accept: APOLLO_ACCEPT });
    expect(body).toEqual({ data: { person: { name: 'Ada' } } });
    expect(gates.of('reviews')).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  it('in a deferred part stays in it', async () => {
    shop.answerWith('reviews', { status: 500, body: 'no' });
    const [first, second] = await parts(
      '{ person(id: "p1") { name ... @defer(label: "later") { reviews { text } } } }',
    );
    expect(first).toEqual({ data: { person: { name: 'Ada' } }, hasNext: true });
    expect(second).toEqual({
      incremental: [
        {
          data: null,
          path: ['person'],
          label: 'later',
          errors: [
            {
              message: expect.stringContaining('reviews'),
              path: ['person', 'reviews'],
              extensions: { code: 'SUBGRAPH_UNAVAILABLE', serviceName: 'reviews' },
            },
          ],
        },
      ],
      hasNext: false,
    });
  });

  it('in one deferred part leaves the others alone', async () => {
    const received = await parts(
      '{ people { id ... @defer(label: "good") { reviews { id } } ... @defer(label: "bad") { neverGiven } } }',
    );
    const later = received.flatMap(({ incremental }) => incremental ?? []);
    const labelled = (wanted: string) => later.filter(({ label }) => label === wanted);
    expect(labelled('good').map(({ data, errors }) => [data.reviews.length, errors])).toEqual([
      [2, undefined],
      [1, undefined],
      [1, undefined],
    ]);
    expect(labelled('bad').map(({ data, path, errors }) => [data, path, errors[0].path])).toEqual(
      [0, 1, 2].map((index) => [null, ['people', index], ['people', index, 'neverGiven']]),
    );
  });

  it('in the first part stays there as well, and the rest comes', async () => {
    const [first, second] = await parts('{ failing(how: CODED) person(id: "p1") { id ... @defer { summary } } }');
    expect(first).toMatchObject({
      errors: [{ path: ['failing'], extensions: { code: 'CAT_HUNGRY' } }],
      data: { failing: null, person: { id: 'p1' } },
      hasNext: true,
    });
    expect(second).toEqual({
      incremental: [{ data: { summary: 'p1 is 168 cm' }, path: ['person'] }],
      hasNext: false,
    });
  });

  it('nothing is sent for a parent that is null', async () => {
    const received = await parts('{ person(id: "nobody") { id ... @defer { reviews { id } } } people { id } }');
    expect(received[0]).toMatchObject({ data: { person: null } });
    expect(received.at(-1)).toEqual({ hasNext: false });
    expect(received.flatMap(({ incremental }) => incremental ?? [])).toEqual([]);
    expect(gates.of('reviews')).toEqual([]);
  });

  it('nothing is sent for a parent that became null in the first part', async () => {
    const received = await parts('{ person(id: "p1") { neverGiven ... @defer { summary } } }');
    expect(received[0]).toMatchObject({ data: { person: null }, errors: [{ path: ['person', 'neverGiven'] }] });
    expect(received.at(-1)).toEqual({ hasNext: false });
  });

  it('nothing is sent for a parent that became null in a deferred part', async () => {
    const query = `{ person(id: "p1") { id ... @defer(label: "outer") { reviews { id author { neverGiven } ... @defer(label: "inner") { product { title } } } } } }`;
    const later = (await parts(query)).flatMap(({ incremental }) => incremental ?? []);
    expect(later.map(({ label, data }) => [label, data])).toEqual([['outer', null]]);
  });
});

describe('the client of a deferred response', () => {
  it('gets a whole response when it takes no parts', async () => {
    for (const accept of [
      'application/json',
      'application/graphql-response+json',
      '*/*',
      'multipart/mixed;deferSpec=20990101, application/json',
    ]) {
      const { headers, body } = await gateway.query(BOOK, {}, { accept });
      expect(headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json/);
      expect(body).toEqual({ data: { person: { name: 'Ada', reviews: [{ text: 'Steady' }, { text: 'Soft' }] } } });
    }
  });

  it('gets one part when it takes nothing but parts and nothing is deferred', async () => {
    const response = await open('{ person(id: "p1") { name } }', {}, { accept: 'multipart/mixed; deferSpec=20220824' });
    expect(response.headers['content-type']).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    expect(await response.rest()).toEqual([{ data: { person: { name: 'Ada' } } }]);
  });

  it('gets a refusal as one JSON', async () => {
    const response = await gateway.query(
      '{ person(id: "p1") { ... @defer { wings } } }',
      {},
      { accept: APOLLO_ACCEPT },
    );
    expect([response.status, response.body.errors[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('by its going away ends the fetches of a query', async () => {
    hold('reviews');
    const response = await open(BOOK);
    await response.next();
    await eventually(() => expect(gates.of('reviews')).toHaveLength(1));
    response.abort();
    await eventually(() => expect(gates.of('reviews')[0]?.gone).toBe(true));
    await eventually(() => expect(gateway.metrics.requestsInFlight.count).toBe(0));
  });
});
