import { execute, parse } from 'graphql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { referenceSchema } from './fixtures/referenceSchema.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gateway: TestGateway;
const reference = referenceSchema();

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

/** Each combination of true and false. */
function* combinations(names: readonly string[]): Generator<Record<string, boolean>> {
  for (let bits = 0; bits < 2 ** names.length; bits++)
    yield Object.fromEntries(names.map((name, index) => [name, (bits & (1 << index)) !== 0]));
}

/** What is sent, as text: the order of the keys counts (GraphQL 7.2.2). */
const answered = async (query: string, variables: Record<string, unknown>) =>
  JSON.stringify((await gateway.query(query, variables)).body);
const expected = async (query: string, variables: Record<string, unknown>) =>
  JSON.stringify(await execute({ schema: reference, document: parse(query), variableValues: variables }));

describe('conditions decide as in graphql-js, in its order', () => {
  const cases: Record<string, [variables: string, names: string[], selection: string]> = {
    'on fields': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { id @include(if: $a) name size @skip(if: $b) } }',
    ],
    'both on one field': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { id name @skip(if: $a) @include(if: $b) } }',
    ],
    'on roots of several subgraphs': [
      '$a: Boolean!, $b: Boolean!, $c: Boolean!',
      ['a', 'b', 'c'],
      '{ people @include(if: $a) { id } products @skip(if: $b) { id } review(id: "r1") @include(if: $c) { text } }',
    ],
    'on fields of other subgraphs': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { name reviews @include(if: $a) { text product @skip(if: $b) { title } } } }',
    ],
    'on inline fragments, with and without type': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { ... @include(if: $a) { name } ... on Person @skip(if: $b) { size summary } id } }',
    ],
    'on named fragments, spread several times': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { ...N @include(if: $a) id ...N @skip(if: $b) } } fragment N on Person { name friends { id } }',
    ],
    'inside of fragments': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { ...N } person(id: "p2") { ...N } } fragment N on Person { id @skip(if: $a) reviews { id text @include(if: $b) } }',
    ],
    'one inside of another': [
      '$a: Boolean!, $b: Boolean!, $c: Boolean!',
      ['a', 'b', 'c'],
      '{ people { ... @include(if: $a) { reviews @include(if: $b) { text @skip(if: $c) stars } } id } }',
    ],
    'different ones on one field that is repeated': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { name @include(if: $a) id name @include(if: $b) } }',
    ],
    'different ones on an object that is repeated': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { reviews @include(if: $a) { text product { id } } id reviews @include(if: $b) { stars product { title } } } }',
    ],
    'the same variable on both sides': [
      '$a: Boolean!',
      ['a'],
      '{ people { name @include(if: $a) name @skip(if: $a) size @include(if: $a) @skip(if: $a) id } }',
    ],
    'on aliases and __typename': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ t: __typename @include(if: $a) people { __typename @skip(if: $a) n: name @include(if: $b) i: id } }',
    ],
    'on members of a union': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ search(text: "Cou") { __typename ... on Product @include(if: $a) { title reviews { stars } } ... on Shop @skip(if: $b) { city } } }',
    ],
    'on what another field requires': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ people { size @include(if: $a) summary @include(if: $b) } }',
    ],
    'on introspection': [
      '$a: Boolean!, $b: Boolean!',
      ['a', 'b'],
      '{ __type(name: "Shop") @include(if: $a) { name kind @skip(if: $b) } people { id } }',
    ],
    'on everything': [
      '$a: Boolean!',
      ['a'],
      '{ people @include(if: $a) { id } ... @include(if: $a) { products { id } } }',
    ],
    'on everything below a field': [
      '$a: Boolean!',
      ['a'],
      '{ people { id @skip(if: $a) ... @skip(if: $a) { reviews { id } } } }',
    ],
  };
  for (const [what, [variables, names, selection]] of Object.entries(cases)) {
    it(what, async () => {
      const query = `query Q(${variables}) ${selection}`;
      for (const values of combinations(names))
        expect([values, await answered(query, values)]).toEqual([values, await expected(query, values)]);
    });
  }

  it('with defaults', async () => {
    const query =
      'query Q($a: Boolean = true, $b: Boolean! = false, $c: Boolean) { people { id @include(if: $a) name @include(if: $b) size @include(if: $a) } }'.replace(
        ', $c: Boolean',
        '',
      );
    for (const values of [{}, { a: false }, { b: true }, { a: false, b: true }, { a: true, b: false }])
      expect([values, await answered(query, values)]).toEqual([values, await expected(query, values)]);
  });

  it('with constants', async () => {
    const query =
      '{ people { id @include(if: true) name @include(if: false) size @skip(if: false) ... @skip(if: true) { reviews { id } } } }';
    expect(await answered(query, {})).toBe(await expected(query, {}));
    expect(shop.seen.map(({ subgraph }) => subgraph)).toEqual(['people']);
  });

  it('with more conditions than variants are kept', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const query = `query Q(${names.map((name) => `$${name}: Boolean!`).join(' ')}) {
      people { id @include(if: $a) name @include(if: $b) size @skip(if: $c) reviews @include(if: $d) { id text @skip(if: $e) } friends { id } } }`;
    for (let round = 0; round < 2; round++)
      for (const values of combinations(names))
        expect([values, await answered(query, values)]).toEqual([values, await expected(query, values)]);
  });
});

describe('a condition needs a value', () => {
  const query = 'query Q($a: Boolean = true, $b: Boolean!) { people { id name @include(if: $a) size @skip(if: $b) } }';
  const refused: Record<string, unknown>[] = [{}, { b: null }, { b: 'true' }, { b: 1 }, { a: null, b: true }];
  for (const variables of refused) {
    it(`${JSON.stringify(variables)} is refused`, async () => {
      const { status, body } = await gateway.query(query, variables, { accept: 'application/graphql-response+json' });
      expect([status, body.data, body.errors[0].extensions.code]).toEqual([400, undefined, 'BAD_USER_INPUT']);
      expect(shop.seen).toEqual([]);
    });
  }
});

describe('a subgraph that is not needed is not asked', () => {
  const asked = () => shop.seen.map(({ subgraph }) => subgraph);
  const cases: [what: string, query: string, variables: Record<string, unknown>, subgraphs: string[]][] = [
    [
      'for a field that is skipped',
      'query Q($no: Boolean!) { people { name reviews @include(if: $no) { product { title } } } }',
      { no: false },
      ['people'],
    ],
    [
      'for a root that is skipped',
      'query Q($yes: Boolean!) { people @skip(if: $yes) { id } products { id } }',
      { yes: true },
      ['products'],
    ],
    [
      'for what a skipped field requires',
      'query Q($yes: Boolean!) { review(id: "r1") { author { summary @skip(if: $yes) id } } }',
      { yes: true },
      ['reviews'],
    ],
    [
      'below what is skipped',
      'query Q($no: Boolean!) { people { id reviews { id product @include(if: $no) { title } } } }',
      { no: false },
      ['people', 'reviews'],
    ],
    ['when nothing is left', 'query Q($no: Boolean!) { people @include(if: $no) { id } }', { no: false }, []],
    ['for __typename alone', '{ __typename }', {}, []],
  ];
  for (const [what, query, variables, subgraphs] of cases) {
    it(what, async () => {
      const { status, body } = await gateway.query(query, variables);
      expect([status, body.errors, asked()]).toEqual([200, undefined, subgraphs]);
    });
  }

  it('and gets the variables that are needed, no others', async () => {
    await gateway.query(
      'query Q($first: Int = 1, $unit: Unit, $with: Boolean!) { products(first: $first) { id priceCents(unit: $unit) @include(if: $with) reviews { id } } }',
      { unit: 'DOLLAR', with: true },
    );
    const [products, reviews] = shop.seen;
    // Whether the subgraph decides about the condition as well is not its clients' concern.
    expect(Object.keys(products?.body.variables ?? {}).filter((name) => name !== 'with')).toEqual(['unit']);
    expect(Object.keys(reviews?.body.variables ?? {})).toEqual(['representations']);
  });
});
