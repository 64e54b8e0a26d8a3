import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

const LONG = `${'long "text" \\ '.repeat(4000)}é`;
const TEXT =
  'tab\t quote" back\\slash /slash \b\f\r\n \u0000 \u001f \u007f é ß 漢字 🦉👩‍👩‍👧 \u2028\u2029 \ufeff \ud800 </script>';

/** Lists of lists, custom scalars of any shape, enums, numbers at their limits, and texts that have to be escaped. */
export const values: FeatureSupergraph = {
  name: 'values',
  subgraphs: {
    a: /* GraphQL */ `
      scalar Any
      scalar Moment
      type Query {
        samples: [Sample!]!
        echo(any: Any, text: String, texts: [[String]], number: Float, flag: Boolean, colour: Colour = GREEN, at: Moment): String
        same(any: Any): Any
        plain: Sample
      }
      enum Colour {
        RED
        GREEN
      }
      type Sample @key(fields: "id") {
        id: ID!
        text: String
        long: String
        int: Int
        float: Float
        flag: Boolean
        any: Any
        colour: Colour
        matrix: [[Int!]]!
        cube: [[[Float]!]]
        samples: [[Sample]!]
      }
    `,
    b: /* GraphQL */ `
      scalar Any
      enum Colour {
        RED
        GREEN
      }
      type Sample @key(fields: "id") {
        id: ID!
        any: Any @external
        described: String @requires(fields: "any")
        colours: [[Colour]]
        others: [[Sample!]!]
        note: String
      }
    `,
  },
  world: {
    objects: {
      Sample: [
        {
          id: TEXT,
          text: TEXT,
          long: LONG,
          int: -2147483648,
          float: 1.7976931348623157e308,
          flag: false,
          any: { b: [1, { c: null }], a: TEXT, __typename: 'Nothing', '1': 2, '': {} },
          colour: 'RED',
          matrix: [[1, -2], [], null],
          cube: [[[0.1, null], []], null],
          samples: [[ref('Sample', { id: '1' }), null], []],
          colours: [['RED', null], null],
          others: [[ref('Sample', { id: '1' }), ref('Sample', { id: TEXT })], []],
          note: TEXT,
        },
        {
          id: '1',
          text: '',
          long: null,
          int: 2147483647,
          float: -0,
          flag: true,
          any: [[], [null, 'x"'], 1.5, false],
          colour: 'GREEN',
          matrix: [],
          cube: [],
          samples: [],
          colours: [],
          others: [],
          note: 'plain',
        },
        {
          id: '',
          text: null,
          long: '',
          int: 0,
          float: 5e-324,
          flag: null,
          any: 'text "',
          colour: null,
          matrix: [null],
          cube: null,
          samples: null,
          colours: null,
          others: null,
          note: null,
        },
        {
          id: 'null',
          text: 'null',
          long: null,
          int: null,
          float: null,
          flag: null,
          any: null,
          colour: null,
          matrix: [],
          cube: [null],
          samples: [[]],
          colours: [[]],
          others: [[]],
          note: LONG,
        },
      ],
    },
    fields: {
      'Query.samples': (_query, _args, { all }) => all('Sample').map(({ id }) => ref('Sample', { id })),
      'Query.plain': () => ref('Sample', { id: '1' }),
      'Query.echo': (_query, args) => JSON.stringify(sorted(args)),
      'Query.same': (_query, { any }) => any,
      'Sample.described': ({ any }) => JSON.stringify(any),
    },
  },
  values: {
    Any: [{ a: [1, { b: 'x"\\', c: null }], d: {} }, [[]], 'é', 1.5, false, { __typename: 'X' }],
    Moment: ['2026-01-01T00:00:00Z'],
    text: [TEXT.replace('\ud800', ''), '', '$v', '"""', '\\u0041'],
  },
  runs: 25,
  depth: 3,
  examples: {
    'texts and numbers at their limits': {
      query: '{ samples { id text int float flag } }',
      data: {
        samples: [
          { id: TEXT, text: TEXT, int: -2147483648, float: 1.7976931348623157e308, flag: false },
          { id: '1', text: '', int: 2147483647, float: 0, flag: true },
          { id: '', text: null, int: 0, float: 5e-324, flag: null },
          { id: 'null', text: 'null', int: null, float: null, flag: null },
        ],
      },
    },
    'a text without anything to escape beside one with': {
      query: '{ plain { note any described } }',
      data: {
        plain: { note: 'plain', any: [[], [null, 'x"'], 1.5, false], described: '[[],[null,"x\\""],1.5,false]' },
      },
    },
    'lists of lists, joined': {
      query: '{ samples { matrix cube colours others { note } samples { note } } }',
      data: {
        samples: [
          {
            matrix: [[1, -2], [], null],
            cube: [[[0.1, null], []], null],
            colours: [['RED', null], null],
            others: [[{ note: 'plain' }, { note: TEXT }], []],
            samples: [[{ note: 'plain' }, null], []],
          },
          { matrix: [], cube: [], colours: [], others: [], samples: [] },
          { matrix: [null], cube: null, colours: null, others: null, samples: null },
          { matrix: [], cube: [null], colours: [[]], others: [[]], samples: [[]] },
        ],
      },
    },
    'values on their way to the subgraph': {
      query: `query Q($any: Any, $text: String = "d\\"", $texts: [[String]], $colour: Colour, $left: Float) {
        a: echo(any: $any, text: $text, texts: $texts, colour: $colour, number: $left)
        b: echo(any: { x: [1, $text, { y: null, z: E }] }, texts: [["a", null, $text], null, "single"], number: -1e3, flag: null)
        c: echo(texts: $texts, colour: RED, text: """block "string" \\n""")
        same(any: $any)
      }`,
      variables: { any: { k: ['"', { deep: [[]] }], n: null }, texts: [[null, '\\'], []], colour: null },
      data: {
        a: '{"any":{"k":["\\"",{"deep":[[]]}],"n":null},"colour":null,"text":"d\\"","texts":[[null,"\\\\"],[]]}',
        b: '{"any":{"x":[1,"d\\"",{"y":null,"z":"E"}]},"colour":"GREEN","flag":null,"number":-1000,"texts":[["a",null,"d\\""],null,["single"]]}',
        c: '{"colour":"RED","text":"block \\"string\\" \\\\n","texts":[[null,"\\\\"],[]]}',
        same: { k: ['"', { deep: [[]] }], n: null },
      },
    },
  },
};

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
