import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** Unions whose members are entities of different subgraphs, members that only one subgraph knows, unions in lists and in one another's members. */
export const unions: FeatureSupergraph = {
  name: 'unions',
  subgraphs: {
    library: /* GraphQL */ `
      type Query {
        search(text: String = "all"): [Result]
        best: Result
        shelf: [[Result!]]
      }
      union Result = Book | Film | Note
      type Book @key(fields: "isbn") {
        isbn: ID!
        title: String
        about: [Result!]
      }
      type Film @key(fields: "id") {
        id: ID!
        title: String!
      }
      type Note {
        title: Int
        text: String
      }
    `,
    ratings: /* GraphQL */ `
      type Query {
        rated: [Rated!]!
      }
      union Rated = Book | Film
      type Book @key(fields: "isbn") {
        isbn: ID!
        stars: Int
        related: Rated
      }
      type Film @key(fields: "id") {
        id: ID!
        stars: Float
        related: [Rated]
      }
    `,
  },
  world: {
    objects: {
      Book: [
        {
          isbn: 'b1',
          title: 'One',
          about: [ref('Film', { id: 'f1' }), { __typename: 'Note', title: 3, text: '\\"' }],
          stars: 5,
          related: ref('Film', { id: 'f1' }),
        },
        { isbn: 'b2', title: null, about: null, stars: null, related: ref('Book', { isbn: 'b2' }) },
      ],
      Film: [
        {
          id: 'f1',
          title: 'Über',
          stars: 4.5,
          related: [ref('Book', { isbn: 'b1' }), null, ref('Film', { id: 'f1' })],
        },
        { id: 'f2', title: '', stars: 1e21, related: null },
      ],
    },
    fields: {
      'Query.search': (_query, { text }) =>
        text === 'none'
          ? []
          : [
              ref('Book', { isbn: 'b1' }),
              null,
              ref('Film', { id: 'f2' }),
              { __typename: 'Note', title: null, text: text ?? null },
              ref('Book', { isbn: 'b1' }),
            ],
      'Query.best': () => ref('Film', { id: 'f1' }),
      'Query.shelf': () => [
        [ref('Book', { isbn: 'b2' }), { __typename: 'Note', title: 1 }],
        null,
        [],
        [ref('Film', { id: 'f2' })],
      ],
      'Query.rated': () => [ref('Film', { id: 'f1' }), ref('Book', { isbn: 'b1' })],
    },
  },
  values: { text: ['none', 'all', 'é "x" \\'] },
  examples: {
    'members of a union, joined each in its own way': {
      query:
        '{ search { __typename ... on Book { title stars } ... on Film { name: title score: stars related { __typename ... on Book { title } } } ... on Note { text } } }',
      data: {
        search: [
          { __typename: 'Book', title: 'One', stars: 5 },
          null,
          { __typename: 'Film', name: '', score: 1e21, related: null },
          { __typename: 'Note', text: 'all' },
          { __typename: 'Book', title: 'One', stars: 5 },
        ],
      },
    },
    'lists of lists of a union': {
      query: '{ shelf { ... on Book { isbn stars } ... on Film { name: title } ... on Note { number: title } } }',
      data: { shelf: [[{ isbn: 'b2', stars: null }, { number: 1 }], null, [], [{ name: '' }]] },
    },
    'two unions with the same members': {
      query:
        '{ best { ... on Rated { ... on Film { title related { ... on Result { ... on Book { title } __typename } } } } } }',
      data: { best: { title: 'Über', related: [{ title: 'One', __typename: 'Book' }, null, { __typename: 'Film' }] } },
    },
    'a union by typename only': {
      query: 'query Q($text: String) { search(text: $text) { t: __typename } rated { __typename } }',
      variables: { text: null },
      data: {
        search: [{ t: 'Book' }, null, { t: 'Film' }, { t: 'Note' }, { t: 'Book' }],
        rated: [{ __typename: 'Film' }, { __typename: 'Book' }],
      },
    },
    'a member that is empty for the others': {
      query: '{ search(text: "none") { __typename } best { ... on Note { text } } }',
      data: { search: [], best: {} },
    },
  },
};
