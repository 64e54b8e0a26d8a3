import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCors } from '../src/http/cors.js';
import { clientsInMemory, manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

const sdl = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://shop.example/cache-control/v1.0", import: ["@cacheControl"])
    @composeDirective(name: "@cacheControl")
  directive @cacheControl(maxAge: Int, scope: Scope, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
  enum Scope { PUBLIC PRIVATE }
  type Query {
    menu: Menu @cacheControl(maxAge: 300, scope: PUBLIC)
    basket: Basket @cacheControl(maxAge: 20, scope: PRIVATE)
    plain: String
    failing: String @cacheControl(maxAge: 300, scope: PUBLIC)
    long: String @cacheControl(maxAge: 60, scope: PUBLIC)
  }
  type Mutation { order: String }
  type Menu @cacheControl(scope: PUBLIC) { title: String special: String @cacheControl(maxAge: 30, scope: PUBLIC) dish: Dish stars: [Star] }
  type Dish { name: String }
  type Star @cacheControl(inheritMaxAge: true, scope: PUBLIC) { count: Int }
  type Basket { total: Int }
`;
const state = { title: 'Today' };
const resolvers = {
  Query: {
    menu: () => ({ title: state.title, special: 'Soup', dish: { name: 'Rice' }, stars: [{ count: 1 }] }),
    basket: () => ({ total: 1 }),
    plain: () => 'x',
    failing: () => {
      throw new Error('no');
    },
    long: () => 'abc'.repeat(2_000),
  },
  Mutation: { order: () => 'ordered' },
};

let graph: ComposedGraph;
let gateway: TestGateway;

const CORS = { origins: new Set(['https://a.example']), headers: [], maxAgeSeconds: 600 };

beforeAll(async () => {
  graph = await startComposed({ shop: { sdl, resolvers } }, { cors: CORS });
  gateway = graph.gateway;
});
afterAll(() => graph?.stop());

const get = (query: string, headers: Record<string, string> = {}, more: Record<string, string> = {}, method = 'GET') =>
  gateway.send(
    { method, headers: { 'graphql-require-preflight': 'true', 'accept-encoding': 'identity', ...headers } },
    `?${new URLSearchParams({ query, ...more })}`,
  );
const cacheControl = async (query: string, more: Record<string, string> = {}) =>
  (await get(query, {}, more)).headers.get('cache-control');

describe('Cache-Control of a GET', () => {
  it.each([
    ['{ menu { title } }', 'public, max-age=300'],
    ['{ menu { title special } }', 'public, max-age=30'],
    ['{ menu { ...M } } fragment M on Menu { special }', 'public, max-age=30'],
    ['{ menu { stars { count } __typename } }', 'public, max-age=300'],
    // A type without a hint of its own.
    ['{ menu { dish { name } } }', 'private, no-cache'],
    ['{ basket { total } }', 'private, max-age=20'],
    ['{ plain }', 'private, no-cache'],
    ['{ menu { title } plain }', 'private, no-cache'],
    ['{ __typename }', 'private, no-cache'],
    ['{ menu { title } __schema { queryType { name } } }', 'private, no-cache'],
    ['{ failing }', 'no-store'],
    ['{ menu { title } failing }', 'no-store'],
    ['{ nothing }', 'no-store'],
    ['mutation { order }', 'no-store'],
  ])('%s: %s', async (query, expected) => {
    expect(await cacheControl(query)).toBe(expected);
  });

  it('is that of the fields that the conditions leave', async () => {
    const query = 'query ($more: Boolean = false) { menu { title special @include(if: $more) } }';
    expect(await cacheControl(query)).toBe('public, max-age=300');
    expect(await cacheControl(query, { variables: '{"more":true}' })).toBe('public, max-age=30');
    expect(await cacheControl(query, { variables: '{"more":false}' })).toBe('public, max-age=300');
  });

  it('is nothing where figures of one execution are asked for, and for a POST', async () => {
    const plan = await get('{ menu { title } }', { 'graphql-plan': 'true' });
    expect(plan.headers.get('cache-control')).toBe('no-store');
    const post = await gateway.query('{ menu { title } }');
    expect([post.headers.get('cache-control'), post.headers.get('etag')]).toEqual(['no-store', null]);
    expect((await get('{ failing }')).headers.get('etag')).toBeNull();
  });
});

describe('the entity tag', () => {
  it('tells that nothing has changed, and that something has', async () => {
    const first = await get('{ menu { title } }');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    for (const given of [etag, `W/${etag}`, `"other", ${etag}`, '*', etag.replace(/"$/, '-br"')]) {
      const again = await get('{ menu { title } }', { 'if-none-match': given });
      expect([again.status, again.body], given).toEqual([304, '']);
      expect(again.headers.get('cache-control')).toBe('public, max-age=300');
      expect(again.headers.get('vary')).toBe(first.headers.get('vary'));
      expect(again.headers.get('content-type')).toBeNull();
    }
    expect((await get('{ menu { title } }', { 'if-none-match': '"other"' })).status).toBe(200);
    const accept = 'application/graphql-response+json';
    expect((await get('{ menu { title } }', { accept })).headers.get('etag')).not.toBe(etag);
    state.title = 'Tomorrow';
    const changed = await get('{ menu { title } }', { 'if-none-match': etag });
    expect([changed.status, changed.body.data.menu.title]).toEqual([200, 'Tomorrow']);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('is another for each coding', async () => {
    const plain = await get('{ long }');
    const gzip = await get('{ long }', { 'accept-encoding': 'gzip' });
    expect(gzip.headers.get('content-encoding')).toBe('gzip');
    expect(gzip.body).toEqual(plain.body);
    expect(gzip.headers.get('etag')).toBe(plain.headers.get('etag')?.replace(/"$/, '-gzip"'));
    const etag = gzip.headers.get('etag') ?? '';
    const again = await get('{ long }', { 'accept-encoding': 'gzip', 'if-none-match': etag });
    expect([again.status, again.headers.get('etag')]).toEqual([304, etag]);
  });

  it('comes with HEAD as with GET, and with ids', async () => {
    const one = await get('{ plain }');
    const head = await get('{ plain }', {}, {}, 'HEAD');
    expect([head.status, head.body]).toEqual([200, '']);
    const kept = ['etag', 'cache-control', 'vary', 'content-length', 'content-type'];
    for (const name of kept) expect(head.headers.get(name)).toBe(one.headers.get(name));
    const body = 'query Menu { menu { title } }';
    const directory = clientsInMemory(manifestOf('site', ['ANONYMOUS'], [body]));
    const other = await startTestGateway({ supergraphFile: graph.supergraphFile }, {}, { directory });
    try {
      const headers = { 'graphql-require-preflight': 'true' };
      const found = await other.send({ headers }, `?documentId=sha256:${sha256(body)}`);
      expect(found.headers.get('cache-control')).toBe('public, max-age=300');
      const etag = found.headers.get('etag') ?? '';
      const again = await other.send(
        { headers: { ...headers, 'if-none-match': etag } },
        `?documentId=sha256:${sha256(body)}`,
      );
      expect(again.status).toBe(304);
      const unknown = await other.send({ headers }, '?documentId=unknown');
      expect([unknown.headers.get('cache-control'), unknown.headers.get('etag')]).toEqual(['no-store', null]);
    } finally {
      await other.stop();
    }
  });
});

it('Vary names what an answer depends on', async () => {
  const vary = (await get('{ plain }')).headers.get('vary');
  expect(vary).toBe('origin, accept, accept-encoding, authorization, graphql-plan, graphql-cost, x-partner-key');
  expect(createCors(CORS)('GET', {})).toEqual({ vary: 'origin' });
});
