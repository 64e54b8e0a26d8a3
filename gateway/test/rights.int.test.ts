import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { APOLLO_ACCEPT, openParts } from './fixtures/openParts.js';
import { rightsGraph } from './fixtures/rightsGraph.js';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

const CODE = 'UNAUTHORIZED_FIELD_OR_TYPE';

let issuer: TokenIssuer;
let graph: ComposedGraph;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  graph = await startComposed(rightsGraph, { clientTokens: issuer.clientTokens, batchLimit: 10 });
});
afterAll(() => graph?.stop());
beforeEach(() => {
  graph.seen.length = 0;
});

const as = async (scope: string | undefined): Promise<Record<string, string>> =>
  scope === undefined ? {} : { authorization: await issuer.bearer({ scope }) };
/** `undefined`: without a token. */
const ask = async (query: string, scope: string | undefined, variables?: Record<string, unknown>) =>
  (await graph.gateway.query(query, variables, await as(scope))).body;
const cutAt = (...paths: string[]) =>
  paths.map((path) => ({ message: expect.any(String), path: path.split('.'), extensions: { code: CODE } }));
const asked = (subgraph: string) => graph.seen.filter((each) => each.subgraph === subgraph);
const seenText = () => graph.seen.map(({ query }) => query).join('\n');

describe('what a caller may not have', () => {
  it('is null, with one error for its path, and is not fetched', async () => {
    expect(await ask('{ products { id price } }', '')).toEqual({
      data: {
        products: [
          { id: '1', price: null },
          { id: '2', price: null },
        ],
      },
      errors: cutAt('products.price'),
    });
    expect(seenText()).not.toMatch(/price|cut/);
  });

  it('is there for whoever satisfies one of the alternatives as a whole', async () => {
    const prices = async (scope: string | undefined) =>
      (await ask('{ products { price } }', scope)).data.products.map(({ price }: { price: number }) => price);
    expect(await prices('price:read eu')).toEqual([100, 40]);
    expect(await prices('admin')).toEqual([100, 40]);
    expect(await prices('price:read')).toEqual([null, null]);
    expect(await prices('eu other')).toEqual([null, null]);
    expect(await prices(undefined)).toEqual([null, null]);
  });

  it('costs no request to a subgraph that gives nothing else', async () => {
    const query = '{ product(id: "1") { id reviews { text } } }';
    expect(await ask(query, undefined)).toEqual({
      data: { product: { id: '1', reviews: null } },
      errors: cutAt('product.reviews'),
    });
    expect(asked('reviews')).toEqual([]);
    expect((await ask(query, '')).data.product.reviews).toEqual([{ text: 'of 1' }]);
    expect(asked('reviews')).toHaveLength(1);
  });

  it('brings no required fields along', async () => {
    expect(await ask('{ product(id: "2") { stars deal } }', 'x')).toEqual({
      data: { product: { stars: 5, deal: null } },
      errors: cutAt('product.deal'),
    });
    expect(seenText()).not.toContain('price');
    expect((await ask('{ product(id: "2") { deal } }', 'admin')).data.product.deal).toBe(true);
  });

  it('takes with it what may not be null above it', async () => {
    expect(await ask('{ product(id: "1") { id cost } account { owner } }', '')).toEqual({
      data: { product: null, account: { owner: 'Ada' } },
      errors: cutAt('product.cost'),
    });
    expect(await ask('{ products { id cost } }', '')).toEqual({ data: null, errors: cutAt('products.cost') });
    expect(await ask('{ total }', '')).toEqual({ data: null, errors: cutAt('total') });
    expect(graph.seen.filter(({ query }) => query.includes('total'))).toEqual([]);
    expect(await ask('{ product(id: "1") { reviews { text author } } }', '')).toEqual({
      data: { product: { reviews: null } },
      errors: cutAt('product.reviews.author'),
    });
  });

  it('is decided by policies, which scopes stand for', async () => {
    expect((await ask('{ product(id: "1") { cost } }', 'policy:margins')).data).toEqual({ product: { cost: 60 } });
    expect((await ask('{ product(id: "1") { cost } }', 'margins')).data).toEqual({ product: null });
  });

  it('is what types require: of enums, scalars and objects', async () => {
    expect(await ask('{ product(id: "1") { size } account { owner iban } drafts { id } }', undefined)).toEqual({
      data: { product: { size: null }, account: { owner: 'Ada', iban: null }, drafts: null },
      errors: cutAt('product.size', 'account.iban', 'drafts'),
    });
    expect((await ask('{ product(id: "1") { size } account { iban } drafts { note } }', 'size drafts')).data).toEqual({
      product: { size: 'L' },
      account: { iban: 'DE1' },
      drafts: [{ note: 'soon' }],
    });
  });

  it('is named by the alias of the client, once for each path', async () => {
    const query = `{ a: product(id: "1") { p: price ...F } b: product(id: "2") { ...F } } fragment F on Product { p: price q: price }`;
    expect(await ask(query, '')).toEqual({
      data: { a: { p: null, q: null }, b: { p: null, q: null } },
      errors: cutAt('a.p', 'a.q', 'b.p', 'b.q'),
    });
  });

  it('keeps its name, whatever else is called so', async () => {
    expect(await ask('{ products { id: price __proto__: price cut_0: id constructor: size } }', 'eu')).toEqual({
      data: {
        products: ['1', '2'].map((id) => JSON.parse(`{"id":null,"__proto__":null,"cut_0":"${id}","constructor":null}`)),
      },
      errors: cutAt('products.id', 'products.__proto__', 'products.constructor'),
    });
  });

  it('of an interface is what one of its types requires; by type condition it is what that type requires', async () => {
    expect(await ask('{ named { id name } }', undefined)).toEqual({
      data: {
        named: [
          { id: '1', name: null },
          { id: 'l', name: null },
        ],
      },
      errors: cutAt('named.name'),
    });
    expect(await ask('{ named { ... on Product { name } ... on Label { name } } }', undefined)).toEqual({
      data: { named: [{ name: 'Table' }, { name: null }] },
      errors: cutAt('named.name'),
    });
    expect(await ask('{ named { name ... on Product { name } } }', undefined)).toEqual({
      data: { named: [{ name: 'Table' }, { name: null }] },
      errors: cutAt('named.name'),
    });
    expect((await ask('{ named { name } }', '')).data.named).toEqual([{ name: 'Table' }, { name: 'New' }]);
  });

  it('of a union are the objects of a type, as far as something is selected of them', async () => {
    const query = '{ found { __typename ... on Product { name } ... on Draft { note } } }';
    expect(await ask(query, '')).toEqual({
      data: { found: [{ __typename: 'Product', name: 'Table' }, null] },
      errors: cutAt('found.note'),
    });
    expect(seenText()).not.toContain('note');
    expect(await ask('{ found { ... on Draft { kind: __typename } ... on Product { id } } }', '')).toEqual({
      data: { found: [{ id: '1' }, null] },
      errors: cutAt('found.kind'),
    });
    expect((await ask('{ found { __typename ... on Product { name } } }', '')).data.found).toEqual([
      { __typename: 'Product', name: 'Table' },
      { __typename: 'Draft' },
    ]);
    expect((await ask(query, 'drafts')).data.found[1]).toEqual({ __typename: 'Draft', note: 'soon' });
  });

  it('and is skipped is no error', async () => {
    const query = `query Q($yes: Boolean!) { product(id: "1") { id price @include(if: $yes) ... @skip(if: $yes) { size } } }`;
    expect(await ask(query, '', { yes: false })).toEqual({
      data: { product: { id: '1', size: null } },
      errors: cutAt('product.size'),
    });
    expect(await ask(query, '', { yes: true })).toEqual({
      data: { product: { id: '1', price: null } },
      errors: cutAt('product.price'),
    });
    expect(await ask(query, 'admin size', { yes: true })).toEqual({ data: { product: { id: '1', price: 100 } } });
  });

  it('is no reason for other nulls', async () => {
    const { errors } = await ask('{ product(id: "1") { price name: stars } latest { product { cost } } }', '');
    expect(errors).toEqual(cutAt('product.price', 'latest.product.cost'));
  });
});

describe('a mutation', () => {
  it('that is cut is not executed, and those beside it are', async () => {
    const query = 'mutation { a: rename(id: "1", name: "x") { id } b: touch(id: "2") { id price } }';
    expect(await ask(query, '')).toEqual({
      data: { a: null, b: { id: '2', price: null } },
      errors: cutAt('a', 'b.price'),
    });
    expect(seenText()).not.toContain('rename');
    expect((await ask(query, 'write')).data.a).toEqual({ id: '1' });
    graph.seen.length = 0;
    expect(await ask('mutation { rename(id: "1", name: "x") { id } }', '')).toEqual({
      data: { rename: null },
      errors: cutAt('rename'),
    });
    expect(graph.seen).toEqual([]);
  });
});

describe('what is deferred', () => {
  const parts = async (query: string, scope: string) =>
    (await openParts(graph.gateway.url, query, {}, await as(scope))).rest();

  it('is null where it may not be had; the errors come first', async () => {
    const query = '{ product(id: "1") { id ... @defer(label: "later") { stars score } } }';
    expect(await parts(query, '')).toEqual([
      { data: { product: { id: '1' } }, errors: cutAt('product.score'), hasNext: true },
      { incremental: [{ data: { stars: 5, score: null }, path: ['product'], label: 'later' }], hasNext: false },
    ]);
    expect(seenText()).not.toContain('score');
    expect((await parts(query, 'score')).at(-1).incremental[0].data).toEqual({ stars: 5, score: 7 });
  });

  it('has its nulls in each of a list, under the names of the client', async () => {
    const query = `{ products { id ... @defer { ...F ... on Named { name } } } }
      fragment F on Product { p: price s: score stars }`;
    const [first, ...later] = await parts(query, '');
    expect(first.errors).toEqual(cutAt('products.p', 'products.s'));
    expect(later.flatMap(({ incremental }) => incremental ?? [])).toEqual([
      { data: { p: null, s: null, stars: 5, name: 'Table' }, path: ['products', 0] },
      { data: { p: null, s: null, stars: 5, name: 'Chair' }, path: ['products', 1] },
    ]);
  });

  it('is not sent below what is null for what was cut', async () => {
    const all = await parts('{ product(id: "1") { cost ... @defer { stars } } account { owner } }', '');
    expect(all[0].data).toEqual({ product: null, account: { owner: 'Ada' } });
    expect(all.flatMap(({ incremental }) => incremental ?? [])).toEqual([]);
  });

  it('comes at once where nothing has to be fetched', async () => {
    for (const [query, data] of [
      ['{ ... @defer { drafts { id } } }', { drafts: null }],
      [
        '{ ...F @defer } fragment F on Query { __typename ... @defer { drafts { id } } }',
        { __typename: 'Query', drafts: null },
      ],
    ] as const) {
      const { body } = await graph.gateway.query(query, {}, { accept: APOLLO_ACCEPT });
      expect(body).toEqual({ data, errors: cutAt('drafts') });
    }
  });

  it('may be all that is cut', async () => {
    const query = '{ product(id: "1") { id ... @defer { score } ... @defer(label: "b") { cost } } }';
    const [first, ...later] = await parts(query, '');
    expect(first.errors).toEqual(cutAt('product.score', 'product.cost'));
    const sent = later.flatMap(({ incremental }) => incremental ?? []);
    expect(sent.find(({ label }: { label?: string }) => label === undefined).data).toEqual({ score: null });
    expect(sent.find(({ label }: { label?: string }) => label === 'b').data).toBeNull();
    expect(asked('reviews')).toEqual([]);
  });
});

it('holds for GET, for lists of operations, and is a matter of each caller alone', async () => {
  const query = '{ products { price } }';
  const get = await graph.gateway.send(
    { headers: { ...(await as('')), 'x-apollo-operation-name': 'q' } },
    `?query=${encodeURIComponent(query)}`,
  );
  expect(get.body.errors).toEqual(cutAt('products.price'));
  const list = await graph.gateway.send({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([{ query }, { query: '{ products { id } }' }]),
  });
  expect(list.body[0].errors).toEqual(cutAt('products.price'));
  expect(list.body[1].errors).toBeUndefined();
});

it('never shares an execution between callers with different rights', async () => {
  const query = '{ products { price } }';
  const [admin, other] = [await as('admin'), await as('eu')];
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) => graph.gateway.query(query, {}, index % 2 === 0 ? admin : other)),
  );
  for (const [index, { body }] of answers.entries()) {
    const prices = body.data.products.map(({ price }: { price: unknown }) => price);
    expect(prices).toEqual(index % 2 === 0 ? [100, 40] : [null, null]);
  }
});

describe('introspection', () => {
  const typesSeen = async (scope: string | undefined) => {
    const { data } = await ask(getIntrospectionQuery(), scope);
    return new Map<string, string[]>(
      data.__schema.types.map((type: { name: string; fields: { name: string }[] | null }) => [
        type.name,
        (type.fields ?? []).map(({ name }) => name),
      ]),
    );
  };

  it('hides the types and fields that the caller may not have', async () => {
    const anonymous = await typesSeen(undefined);
    expect(anonymous.get('Product')).toEqual(['id', 'name', 'stars']);
    expect(anonymous.get('Query')).not.toContain('drafts');
    expect([...anonymous.keys()]).not.toContain('Draft');
    expect([...anonymous.keys()]).not.toContain('Size');
    expect(anonymous.get('Mutation')).toEqual(['touch']);
    expect([...anonymous.keys()].filter((name) => /Scope|Policy|__Po/.test(name))).toEqual([]);
    const admin = await typesSeen('admin size drafts');
    expect(admin.get('Product')).toEqual(['id', 'name', 'price', 'size', 'reviews', 'deal', 'stars']);
    expect(admin.has('Draft')).toBe(true);
  });

  it('knows no type that is hidden', async () => {
    const query = '{ __type(name: "Draft") { name } found: __type(name: "Found") { possibleTypes { name } } }';
    expect((await ask(query, '')).data).toEqual({ __type: null, found: { possibleTypes: [{ name: 'Product' }] } });
    expect((await ask(query, 'drafts')).data.__type).toEqual({ name: 'Draft' });
  });
});
