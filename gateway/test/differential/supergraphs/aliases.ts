import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** Aliases that take the names of keys, of other fields, of JavaScript's own properties, and of what executors use themselves. */
export const aliases: FeatureSupergraph = {
  name: 'aliases',
  subgraphs: {
    a: /* GraphQL */ `
      type Query {
        products: [Product!]!
        top(n: Int = 1): [Product!]!
      }
      type Product @key(fields: "sku") {
        sku: ID!
        name: String
        maker: Maker
      }
      type Maker @key(fields: "id") {
        id: ID!
        name: String!
      }
    `,
    b: /* GraphQL */ `
      type Product @key(fields: "sku") {
        sku: ID!
        price(unit: String = "c"): String
        similar(n: Int = 1): [Product!]
      }
      type Maker @key(fields: "id") {
        id: ID!
        land: String
      }
    `,
  },
  world: {
    objects: {
      Product: [
        { sku: '1', name: 'A "1"', maker: ref('Maker', { id: 'm' }), cents: 10, similar: ['2', '1'] },
        { sku: '2', name: null, maker: null, cents: 20, similar: [] },
      ],
      Maker: [{ id: 'm', name: 'Mäker', land: null }],
    },
    fields: {
      'Query.products': (_query, _args, { all }) => all('Product').map(({ sku }) => ref('Product', { sku })),
      'Query.top': (_query, { n }, { all }) =>
        all('Product')
          .slice(0, Math.max(n ?? 0, 0))
          .map(({ sku }) => ref('Product', { sku })),
      'Product.price': ({ cents }, { unit }) => `${cents} ${unit}`,
      'Product.similar': ({ similar }, { n }) =>
        similar.slice(0, Math.max(n ?? 0, 0)).map((sku: string) => ref('Product', { sku })),
    },
  },
  values: { unit: ['€', '"', ''], n: [0, 1, 2] },
  runs: 40,
  examples: {
    'keys and fields exchanged': {
      query: '{ products { sku: name name: sku price: maker { id: land land: name name: id } maker: price } }',
      data: {
        products: [
          { sku: 'A "1"', name: '1', price: { id: null, land: 'Mäker', name: 'm' }, maker: '10 c' },
          { sku: null, name: '2', price: null, maker: '20 c' },
        ],
      },
    },
    'the same field with other arguments': {
      query:
        '{ products { price a: price(unit: "€") b: price(unit: null) similar { a: price similar(n: 2) { price(unit: "x") } } } }',
      data: {
        products: [
          { price: '10 c', a: '10 €', b: '10 null', similar: [{ a: '20 c', similar: [] }] },
          { price: '20 c', a: '20 €', b: '20 null', similar: [] },
        ],
      },
    },
    "JavaScript's own names": {
      query:
        '{ constructor: products { __proto__: price toString: sku hasOwnProperty: name valueOf: maker { __proto__: land then: id } toJSON: price } }',
      data: {
        constructor: [
          JSON.parse(
            '{"__proto__":"10 c","toString":"1","hasOwnProperty":"A \\"1\\"","valueOf":{"__proto__":null,"then":"m"},"toJSON":"10 c"}',
          ),
          JSON.parse('{"__proto__":"20 c","toString":"2","hasOwnProperty":null,"valueOf":null,"toJSON":"20 c"}'),
        ],
      },
    },
    'an object as __proto__': {
      query: '{ __proto__: products { sku } top { __proto__: maker { land } } }',
      data: JSON.parse('{"__proto__":[{"sku":"1"},{"sku":"2"}],"top":[{"__proto__":{"land":null}}]}'),
    },
    "executors' own names": {
      query:
        '{ _entities: products { _typename: __typename _0: price representations: sku id__alias_0: name sku__alias_0: maker { land } } }',
      data: {
        _entities: [
          {
            _typename: 'Product',
            _0: '10 c',
            representations: '1',
            id__alias_0: 'A "1"',
            sku__alias_0: { land: null },
          },
          { _typename: 'Product', _0: '20 c', representations: '2', id__alias_0: null, sku__alias_0: null },
        ],
      },
    },
    'something else as __typename': {
      query: '{ products { __typename: price t: __typename maker { __typename: name land } } }',
      data: {
        products: [
          { __typename: '10 c', t: 'Product', maker: { __typename: 'Mäker', land: null } },
          { __typename: '20 c', t: 'Product', maker: null },
        ],
      },
    },
    'typename as key': {
      query: '{ products { sku: __typename price maker { id: __typename land } } }',
      data: {
        products: [
          { sku: 'Product', price: '10 c', maker: { id: 'Maker', land: null } },
          { sku: 'Product', price: '20 c', maker: null },
        ],
      },
    },
  },
};
