import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** `@override` and `@shareable`: fields that several subgraphs have, value types among them, and root fields that share a value type. */
export const sharing: FeatureSupergraph = {
  name: 'sharing',
  subgraphs: {
    old: /* GraphQL */ `
      type Query {
        items: [Item]
        status: Status! @shareable
        place: Place @shareable
      }
      type Item @key(fields: "id") {
        id: ID!
        name: String
        stock: Int
        tags: [String!] @shareable
      }
      type Status @shareable {
        code: Int!
        text: String
      }
      type Place @shareable {
        city: String
        at: Point
      }
      type Point @shareable {
        x: Float!
        y: Float
      }
    `,
    new: /* GraphQL */ `
      type Query {
        place: Place @shareable
        item(id: ID!): Item
        status: Status! @shareable
      }
      type Item @key(fields: "id") {
        id: ID!
        stock: Int @override(from: "old")
        tags: [String!] @shareable
        from: Origin
      }
      type Origin @shareable {
        city: String
      }
      type Place @shareable {
        city: String
        at: Point
        country: String
      }
      type Point @shareable {
        x: Float!
        y: Float
      }
      type Status @shareable {
        code: Int!
        text: String
      }
    `,
    third: /* GraphQL */ `
      type Query {
        place: Place @shareable
      }
      type Place @shareable {
        city: String
        people: Int
      }
      type Origin @shareable {
        city: String
      }
      type Item @key(fields: "id") {
        id: ID!
        name: String @override(from: "old")
        seller: Origin
      }
    `,
  },
  world: {
    objects: {
      Item: [
        {
          id: 'i1',
          name: 'Nüt',
          stock: 3,
          tags: ['a', '"', '\\', ''],
          from: { city: 'A' },
          seller: { city: 'B' },
        },
        { id: 'i2', name: null, stock: 0, tags: [], from: null, seller: null },
        {
          id: 'i3',
          name: 'x',
          stock: null,
          tags: null,
          from: { city: null },
          seller: { city: null },
        },
      ],
    },
    fields: {
      'Query.items': () => [
        ref('Item', { id: 'i1' }),
        ref('Item', { id: 'i2' }),
        null,
        ref('Item', { id: 'i3' }),
        ref('Item', { id: 'i1' }),
      ],
      'Query.item': (_query, { id }, { find }) => find('Item', { id }) && ref('Item', { id }),
      'Query.status': () => ({ code: 200, text: 'ok ✓' }),
      'Query.place': () => ({ city: 'Zürich', at: { x: -0.25, y: 1e-7 }, country: 'CH', people: 400_000 }),
    },
  },
  values: { id: ['i1', 'i2', 'i3', 'i4'] },
  examples: {
    'a value whose fields come from three root fields': {
      query: '{ place { people city at { y x } country } }',
      data: { place: { people: 400_000, city: 'Zürich', at: { y: 1e-7, x: -0.25 }, country: 'CH' } },
    },
    'the same root field under several names': {
      query: '{ a: place { people } b: place { country } c: place { people city } status { text } }',
      data: {
        a: { people: 400_000 },
        b: { country: 'CH' },
        c: { people: 400_000, city: 'Zürich' },
        status: { text: 'ok ✓' },
      },
    },
    'fields taken over by other subgraphs': {
      query: '{ items { name stock tags seller { city } from { city } } }',
      data: {
        items: [
          { name: 'Nüt', stock: 3, tags: ['a', '"', '\\', ''], seller: { city: 'B' }, from: { city: 'A' } },
          { name: null, stock: 0, tags: [], seller: null, from: null },
          null,
          { name: 'x', stock: null, tags: null, seller: { city: null }, from: { city: null } },
          { name: 'Nüt', stock: 3, tags: ['a', '"', '\\', ''], seller: { city: 'B' }, from: { city: 'A' } },
        ],
      },
    },
    'a root value that one branch leaves out': {
      query: 'query Q($no: Boolean = false) { place { city } ... @include(if: $no) { place { people } } }',
      data: { place: { city: 'Zürich' } },
    },
  },
};
