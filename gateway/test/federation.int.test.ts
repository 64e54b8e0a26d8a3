import { execute, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { referenceSchema } from './fixtures/referenceSchema.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gateway: TestGateway;

beforeAll(async () => {
  shop = await startShop();
  gateway = await startTestGateway(shop);
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
});
beforeEach(() => {
  shop.seen.length = 0;
});

describe('a federated result is what one server without federation answers', () => {
  const operations: Record<string, [query: string, variables?: Record<string, unknown>]> = {
    'fields of one subgraph': ['{ people { id name } }'],
    'a list joined with another subgraph': ['{ people { name reviews { text stars } } }'],
    'there and back again': ['{ people { name reviews { product { title reviews { author { name size } } } } } }'],
    'a field that requires a field of another subgraph': ['{ people { summary } person(id: "p2") { summary } }'],
    'an unknown entity': ['{ person(id: "nobody") { name reviews { text } } }'],
    'aliases and arguments': [
      '{ a: products(first: 1) { id dollars: priceCents(unit: DOLLAR) } b: products { priceCents } }',
    ],
    'variables with defaults': [
      'query Q($first: Int = 2, $unit: Unit) { products(first: $first) { title priceCents(unit: $unit) } }',
      { unit: 'DOLLAR' },
    ],
    'fragments, named and inline, with typename': [
      'query Q { search(text: "Cou") { __typename ... on Product { title ...Reviewed } ... on Shop { city } } } fragment Reviewed on Product { reviews { author { name } } }',
    ],
    'skip and include': [
      'query Q($yes: Boolean!, $no: Boolean!) { people { id name @include(if: $no) reviews @skip(if: $yes) { id } friends @include(if: $yes) { name } } }',
      { yes: true, no: false },
    ],
    'several roots': ['{ people { id } products { id } review(id: "r3") { text author { name } } }'],
    introspection: ['{ __typename __type(name: "Shop") { name fields { name } } }'],
  };

  for (const [what, [query, variables]] of Object.entries(operations)) {
    it(what, async () => {
      const expected = await execute({
        schema: referenceSchema(),
        document: parse(query),
        variableValues: variables ?? {},
      });
      const { status, body } = await gateway.query(query, variables);
      expect(status).toBe(200);
      expect(body).toEqual(JSON.parse(JSON.stringify(expected)));
    });
  }
});

it('parses and validates an operation once', async () => {
  const query = '{ people { name } # once\n}';
  for (let round = 0; round < 3; round += 1) expect((await gateway.query(query)).status).toBe(200);
  const { values } = await gateway.metrics.operationLookups.get();
  const misses = () => values.find(({ labels }) => labels.result === 'miss')?.value ?? 0;
  const before = misses();
  await gateway.query(query);
  expect(misses()).toBe(before);
});

it('gives every subgraph the request id and answers with it', async () => {
  const { headers } = await gateway.query('{ people { reviews { id } } }', {}, { 'x-request-id': 'from-client:1' });
  expect(headers.get('x-request-id')).toBe('from-client:1');
  expect(shop.seen.map((each) => [each.subgraph, each.headers['x-request-id']])).toEqual([
    ['people', 'from-client:1'],
    ['reviews', 'from-client:1'],
  ]);
});

it('makes a request id of its own in the place of one that is no sane token', async () => {
  for (const given of ['x'.repeat(129), 'a b', '<script>']) {
    const { headers } = await gateway.query('{ people { id } }', {}, { 'x-request-id': given });
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
  expect(new Set(shop.seen.map((each) => each.headers['x-request-id'])).size).toBe(3);
});

it('answers a mutation with the entities it changed, each once with its latest version', async () => {
  const { body } = await gateway.query(
    'mutation { a: rename(id: "p1", name: "Eve") { name } b: rename(id: "p1", name: "Eva") { name } }',
  );
  expect(body).toEqual({
    data: { a: { name: 'Eve' }, b: { name: 'Eva' } },
    extensions: { changed: [{ __typename: 'Person', key: 'p1', version: 3 }] },
  });
});

it('sends no token to subgraphs without a signing key', async () => {
  await gateway.query('{ people { id } }');
  expect(shop.seen[0]?.headers.authorization).toBeUndefined();
});
