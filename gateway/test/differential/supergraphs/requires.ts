import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref, type Surroundings, type Values } from '../world.js';

type Parts = readonly (Values | null)[] | null;

const price = (cents: number | null, currency: string) =>
  cents === null ? null : currency === 'EUR' ? cents * 2 : cents;
const shipping = (id: string, cost: number | null, size: Values | null) =>
  JSON.stringify([id, cost, size?.width, size?.unit?.name]);
const weight = (parts: Parts): number | null => parts?.reduce((sum, part) => sum + (part?.weight ?? 0), 0) ?? null;
const found = (parts: Parts, find: Surroundings['find']): Parts =>
  parts?.map((part) => part && find('Part', { id: part.id })) ?? null;

/** `@requires`: chains over three subgraphs, arguments, nested and listed requirements, the same field asked for by the client with other arguments. */
export const requires: FeatureSupergraph = {
  name: 'requires',
  subgraphs: {
    products: /* GraphQL */ `
      type Query {
        products: [Product!]!
        product(id: ID!): Product
      }
      enum Currency {
        USD
        EUR
      }
      type Product @key(fields: "id") {
        id: ID!
        price(currency: Currency! = USD): Int
        size: Size
        parts: [Part]
      }
      type Size {
        width: Int
        unit: Unit
      }
      type Unit {
        name: String
      }
      type Part @key(fields: "id") {
        id: ID!
        weight: Float
      }
    `,
    shipping: /* GraphQL */ `
      enum Currency {
        USD
        EUR
      }
      type Product @key(fields: "id") {
        id: ID!
        price(currency: Currency! = USD): Int @external
        size: Size @external
        parts: [Part] @external
        shipping: String @requires(fields: "price(currency: EUR) size { width unit { name } }")
        weight: Float @requires(fields: "parts { id weight }")
      }
      type Size @external {
        width: Int
        unit: Unit
      }
      type Unit @external {
        name: String
      }
      type Part @key(fields: "id") {
        id: ID!
        weight: Float @external
        heavy: Boolean @requires(fields: "weight")
      }
    `,
    totals: /* GraphQL */ `
      type Query {
        featured: Product
      }
      type Product @key(fields: "id") {
        id: ID!
        shipping: String @external
        weight: Float @external
        label(prefix: String = "> "): String @requires(fields: "shipping weight")
        twin: Product
      }
    `,
  },
  world: {
    objects: {
      Product: [
        {
          id: 'p1',
          cents: 100,
          size: { width: 3, unit: { name: 'm "x"' } },
          parts: [ref('Part', { id: '1' }), null, ref('Part', { id: '2' }), ref('Part', { id: '1' })],
          twin: 'p2',
        },
        { id: 'p2', cents: null, size: null, parts: null, twin: 'p2' },
        { id: 'p3', cents: -7, size: { width: null, unit: null }, parts: [], twin: 'gone' },
      ],
      Part: [
        { id: '1', weight: 1.5 },
        { id: '2', weight: null },
      ],
    },
    fields: {
      'Query.products': (_query, _args, { all }) => all('Product').map(({ id }) => ref('Product', { id })),
      'Query.product': (_query, { id }) => (id === 'none' ? null : ref('Product', { id })),
      'Query.featured': () => ref('Product', { id: 'p1' }),
      'Product.price': ({ cents }, { currency }) => price(cents, currency),
      'Product.shipping': ({ id, price: required, size }) => shipping(id, required, size),
      'Product.weight': ({ parts }) => weight(parts),
      'Product.label': (product, { prefix }) => `${prefix}${product.shipping} ${product.weight}`,
      'Product.twin': ({ twin }) => ref('Product', { id: twin }),
      'Part.heavy': (part) => (part.weight === null ? null : part.weight > 1),
    },
    required: {
      'Product.shipping': ({ cents }) => ({ price: price(cents, 'EUR') }),
      'Product.weight': ({ parts }, { find }) => ({ parts: found(parts, find) }),
      'Product.label': ({ id, cents, size, parts }, { find }) => ({
        shipping: shipping(id, price(cents, 'EUR'), size),
        weight: weight(found(parts, find)),
      }),
    },
  },
  values: { id: ['p1', 'p2', 'p3', 'gone', 'none'] },
  examples: {
    'a chain over three subgraphs': {
      query: '{ products { label } featured { label(prefix: null) } }',
      data: {
        products: [
          { label: '> ["p1",200,3,"m \\"x\\""] 3' },
          { label: '> ["p2",null,null,null] null' },
          { label: '> ["p3",-14,null,null] 0' },
        ],
        featured: { label: 'null["p1",200,3,"m \\"x\\""] 3' },
      },
    },
    'a required field that the client asks for with other arguments': {
      query: '{ product(id: "p1") { price shipping dear: price(currency: EUR) } }',
      data: { product: { price: 100, shipping: '["p1",200,3,"m \\"x\\""]', dear: 200 } },
    },
    'the required fields under names that the client took for others': {
      query:
        '{ product(id: "p1") { size: price price: size { w: width width: unit { name } } parts: shipping weight } }',
      data: {
        product: { size: 100, price: { w: 3, width: { name: 'm "x"' } }, parts: '["p1",200,3,"m \\"x\\""]', weight: 3 },
      },
    },
    'requirements in a list with nulls and duplicates': {
      query: '{ products { id weight parts { heavy } } }',
      data: {
        products: [
          { id: 'p1', weight: 3, parts: [{ heavy: true }, null, { heavy: null }, { heavy: true }] },
          { id: 'p2', weight: null, parts: null },
          { id: 'p3', weight: 0, parts: [] },
        ],
      },
    },
    'by way of an unknown entity': {
      query: '{ product(id: "p3") { twin { id shipping label twin { id } } } }',
      data: { product: { twin: { id: 'gone', shipping: null, label: null, twin: null } } },
    },
  },
};
