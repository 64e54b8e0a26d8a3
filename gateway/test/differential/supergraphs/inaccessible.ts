import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** `@inaccessible` fields, arguments, types and enum values: hidden from clients, used by keys and requirements, and sent by subgraphs all the same. */
export const inaccessible: FeatureSupergraph = {
  name: 'inaccessible',
  subgraphs: {
    a: /* GraphQL */ `
      type Query {
        things: [Thing!]!
        shapes: [Shape]
        shape(number: Int!): Shape
        strict: [Shape!]
        colour(of: Int, secret: String = "s" @inaccessible): Colour
        colours: [Colour]
        palette: [[Colour!]]
      }
      type Thing @key(fields: "code") {
        code: ID! @inaccessible
        name: String
        shape: Shape
        colour: Colour!
      }
      union Shape = Round | Square | Hidden
      type Round {
        radius: Float
      }
      type Square {
        side: Float
        colour: Colour
      }
      type Hidden @inaccessible {
        side: Float
      }
      enum Colour {
        RED
        BLUE
        SECRET @inaccessible
      }
    `,
    b: /* GraphQL */ `
      type Thing @key(fields: "code") {
        code: ID! @inaccessible
        name: String @external
        weight: Int @inaccessible
        label: String @requires(fields: "name")
        twin: Thing
      }
    `,
    c: /* GraphQL */ `
      type Thing @key(fields: "code") {
        code: ID!
        weight: Int @external
        heavy: Boolean @requires(fields: "weight")
      }
    `,
  },
  world: {
    objects: {
      Thing: [
        {
          code: 't1',
          name: 'T "1"',
          shape: { __typename: 'Round', radius: 1 },
          colour: 'RED',
          weight: 7,
          twin: ref('Thing', { code: 't2' }),
        },
        {
          code: 't2',
          name: null,
          shape: { __typename: 'Hidden', side: 2 },
          colour: 'BLUE',
          weight: null,
          twin: ref('Thing', { code: 't3' }),
        },
        { code: 't3', name: '', shape: null, colour: 'SECRET', weight: 0, twin: ref('Thing', { code: 'gone' }) },
      ],
    },
    fields: {
      'Query.things': () => ['t1', 't2'].map((code) => ref('Thing', { code })),
      'Query.shapes': () => [
        { __typename: 'Square', side: 3, colour: 'SECRET' },
        { __typename: 'Hidden', side: 4 },
        null,
        { __typename: 'Round', radius: null },
      ],
      'Query.shape': (_query, { number }) => ({
        __typename: number > 1 ? 'Hidden' : 'Square',
        side: number,
        colour: 'RED',
      }),
      'Query.strict': () => [
        { __typename: 'Round', radius: 2 },
        { __typename: 'Hidden', side: 1 },
      ],
      'Query.colour': (_query, { of }) => ['RED', 'BLUE', 'SECRET'][of ?? 0] ?? null,
      'Query.colours': () => ['RED', null, 'SECRET'],
      'Query.palette': () => [['BLUE'], ['RED', 'SECRET'], null, []],
      'Thing.label': ({ name }) => (name === null ? 'none' : `<${name}>`),
      'Thing.heavy': ({ weight }) => weight !== null && weight > 5,
    },
  },
  values: { of: [0, 1, 2, 3], number: [0, 1, 2] },
  examples: {
    'hidden keys and requirements': {
      query: '{ things { name label heavy twin { label heavy } } }',
      data: {
        things: [
          { name: 'T "1"', label: '<T "1">', heavy: true, twin: { label: 'none', heavy: false } },
          { name: null, label: 'none', heavy: false, twin: { label: '<>', heavy: false } },
        ],
      },
    },
    'an object of a hidden type': {
      query: '{ shapes { __typename ... on Square { side } ... on Round { radius } } }',
      data: { shapes: [{ __typename: 'Square', side: 3 }, null, null, { __typename: 'Round', radius: null }] },
      errors: ['shapes.1'],
    },
    'an object of a hidden type where none may be null': {
      query: '{ strict { ... on Round { radius } } things { shape { __typename } } }',
      data: { strict: null, things: [{ shape: { __typename: 'Round' } }, { shape: null }] },
      errors: ['strict.1', 'things.1.shape'],
    },
    'a hidden value of an enum': {
      query: '{ colour(of: 2) other: colour(of: 1) colours palette things { twin { colour } } }',
      data: {
        colour: null,
        other: 'BLUE',
        colours: ['RED', null, null],
        palette: [['BLUE'], null, null, []],
        things: [{ twin: { colour: 'BLUE' } }, { twin: null }],
      },
      errors: ['colour', 'colours.2', 'palette.1.1', 'things.1.twin.colour'],
    },
  },
};
