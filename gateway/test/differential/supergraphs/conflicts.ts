import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** Fields that the planner has to rename because types in one place have different ones of the same name: its output rewrites. */
export const conflicts: FeatureSupergraph = {
  name: 'conflicts',
  subgraphs: {
    a: /* GraphQL */ `
      type Query {
        nodes: [Node!]!
        things: [Thing]
      }
      union Node = Text | Number | List
      interface Thing {
        label: String
      }
      type Text implements Thing @key(fields: "id") {
        id: ID!
        label: String
        size: Int
      }
      type Number implements Thing @key(fields: "id") {
        id: Int!
        label: String
        size: String
        next: Node
      }
      type List implements Thing @key(fields: "id { a b }") {
        id: Pair!
        label: String
        size: [Int]
      }
      type Pair @shareable {
        a: Int!
        b: String
      }
    `,
    b: /* GraphQL */ `
      type Text @key(fields: "id") {
        id: ID!
        size: Int @external
        more: String @requires(fields: "size")
        other: Number
      }
      type Number @key(fields: "id") {
        id: Int!
        size: String @external
        more: Int @requires(fields: "size")
        other: [Text]
      }
      type List @key(fields: "id { a b }") {
        id: Pair!
        size: [Int] @external
        more: [String] @requires(fields: "size")
      }
      type Pair @shareable {
        a: Int!
        b: String
      }
    `,
  },
  world: {
    objects: {
      Text: [
        { id: '1', label: 'text "1"', size: 4, other: ref('Number', { id: 1 }) },
        { id: 'x\\', label: null, size: null, other: null },
      ],
      Number: [
        {
          id: 1,
          label: 'number',
          size: 'big',
          next: ref('List', { id: { a: 1, b: null } }),
          other: [ref('Text', { id: 'x\\' }), null],
        },
        { id: -2, label: '', size: null, next: null, other: [] },
      ],
      List: [{ id: { a: 1, b: null }, label: 'liſt', size: [1, null, 3] }],
    },
    fields: {
      'Query.nodes': () => [
        ref('Text', { id: '1' }),
        ref('Number', { id: 1 }),
        ref('List', { id: { a: 1, b: null } }),
        ref('Number', { id: -2 }),
        ref('Text', { id: 'x\\' }),
      ],
      'Query.things': () => [
        ref('Number', { id: -2 }),
        null,
        ref('Text', { id: '1' }),
        ref('List', { id: { a: 1, b: null } }),
      ],
      'Text.more': ({ size }) => (size === null ? null : 'm'.repeat(size)),
      'Number.more': ({ size }) => size?.length,
      'List.more': ({ size }) => size?.map((each: number | null) => each && `#${each}`),
    },
  },
  examples: {
    'requirements of the same name and different types': {
      query: '{ nodes { ... on Text { text: more } ... on Number { number: more } ... on List { list: more } } }',
      data: {
        nodes: [{ text: 'mmmm' }, { number: 3 }, { list: ['#1', null, '#3'] }, { number: null }, { text: null }],
      },
    },
    'with the names taken by the client': {
      query:
        '{ nodes { __typename ... on Text { size id: label more } ... on Number { n: size id: label count: more next { ... on List { id { a } m: more } } } ... on List { id: label } } }',
      data: {
        nodes: [
          { __typename: 'Text', size: 4, id: 'text "1"', more: 'mmmm' },
          { __typename: 'Number', n: 'big', id: 'number', count: 3, next: { id: { a: 1 }, m: ['#1', null, '#3'] } },
          { __typename: 'List', id: 'liſt' },
          { __typename: 'Number', n: null, id: '', count: null, next: null },
          { __typename: 'Text', size: null, id: null, more: null },
        ],
      },
    },
    'on an interface, across and back': {
      query:
        '{ things { label ... on Number { texts: other { label } } ... on Text { other { size more } } ... on List { list: more } } }',
      data: {
        things: [
          { label: '', texts: [] },
          null,
          { label: 'text "1"', other: { size: 'big', more: 3 } },
          { label: 'liſt', list: ['#1', null, '#3'] },
        ],
      },
    },
  },
};
