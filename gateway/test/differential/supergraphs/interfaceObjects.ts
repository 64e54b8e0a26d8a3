import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** An interface with a key that other subgraphs know as one object type (`@interfaceObject`). */
export const interfaceObjects: FeatureSupergraph = {
  name: 'interfaceObjects',
  subgraphs: {
    catalogue: /* GraphQL */ `
      type Query {
        media: [Media!]!
        mediumById(id: ID!): Media
      }
      interface Media @key(fields: "id") {
        id: ID!
        title: String
        sequel: Media
      }
      type Book implements Media @key(fields: "id") {
        id: ID!
        title: String
        sequel: Media
        pages: Int
      }
      type Film implements Media @key(fields: "id") {
        id: ID!
        title: String
        sequel: Media
        minutes: Int
      }
    `,
    reviews: /* GraphQL */ `
      type Query {
        topRated: [Media]
        reviews: [Review!]!
      }
      type Media @interfaceObject @key(fields: "id") {
        id: ID!
        title: String @external
        reviews(first: Int = 2): [Review!]!
        slogan: String @requires(fields: "title")
      }
      type Review {
        text: String
        media: Media
      }
    `,
    shops: /* GraphQL */ `
      type Media @interfaceObject @key(fields: "id") {
        id: ID!
        price: Float
      }
    `,
    binders: /* GraphQL */ `
      type Book @key(fields: "id") {
        id: ID!
        binding: String
      }
    `,
  },
  world: {
    objects: {
      Book: [
        { id: 'm1', title: 'Ö "b"', sequel: ref('Film', { id: 'm2' }), pages: 100, price: 9.5, binding: 'hard' },
        { id: 'm3', title: null, sequel: null, pages: null, price: null, binding: null },
      ],
      Film: [{ id: 'm2', title: 'Film', sequel: ref('Film', { id: 'm2' }), minutes: 90, price: -1.25 }],
    },
    fields: {
      'Query.media': () => [ref('Book', { id: 'm1' }), ref('Film', { id: 'm2' }), ref('Book', { id: 'm3' })],
      'Query.mediumById': (_query, { id }, { find }) =>
        ['Book', 'Film'].map((type) => find(type, { id }) && ref(type, { id })).find((each) => each) ?? null,
      'Query.topRated': () => [ref('Film', { id: 'm2' }), null, ref('Book', { id: 'm1' }), ref('Film', { id: 'm2' })],
      'Query.reviews': () => [
        { text: 'good', media: ref('Book', { id: 'm1' }) },
        { text: null, media: ref('Film', { id: 'm2' }) },
        { text: 'of nothing', media: null },
      ],
      'Media.reviews': ({ id }, { first }) =>
        [
          { text: `${id} 👍`, media: ref(id === 'm2' ? 'Film' : 'Book', { id }) },
          { text: 'line\nline', media: ref('Book', { id: 'm3' }) },
        ].slice(0, Math.max(first ?? 0, 0)),
      'Media.slogan': ({ title }) => (title === null ? 'untitled' : `read ${title}`),
    },
  },
  values: { id: ['m1', 'm2', 'm3', 'nothing'] },
  examples: {
    'fields of the interface object at each implementation': {
      query: '{ media { __typename title slogan price ... on Book { pages binding reviews(first: 1) { text } } } }',
      data: {
        media: [
          {
            __typename: 'Book',
            title: 'Ö "b"',
            slogan: 'read Ö "b"',
            price: 9.5,
            pages: 100,
            binding: 'hard',
            reviews: [{ text: 'm1 👍' }],
          },
          { __typename: 'Film', title: 'Film', slogan: 'read Film', price: -1.25 },
          {
            __typename: 'Book',
            title: null,
            slogan: 'untitled',
            price: null,
            pages: null,
            binding: null,
            reviews: [{ text: 'm3 👍' }],
          },
        ],
      },
    },
    'from the interface object to the implementation': {
      query: '{ topRated { __typename id title ... on Film { minutes } } }',
      data: {
        topRated: [
          { __typename: 'Film', id: 'm2', title: 'Film', minutes: 90 },
          null,
          { __typename: 'Book', id: 'm1', title: 'Ö "b"' },
          { __typename: 'Film', id: 'm2', title: 'Film', minutes: 90 },
        ],
      },
    },
    'no type needed': {
      query: '{ topRated { id price reviews(first: 1) { text } } }',
      data: {
        topRated: [
          { id: 'm2', price: -1.25, reviews: [{ text: 'm2 👍' }] },
          null,
          { id: 'm1', price: 9.5, reviews: [{ text: 'm1 👍' }] },
          { id: 'm2', price: -1.25, reviews: [{ text: 'm2 👍' }] },
        ],
      },
    },
    'the typename alone, and a fragment on one implementation': {
      query: '{ reviews { text media { __typename } } topRated { ... on Book { id pages } } }',
      data: {
        reviews: [
          { text: 'good', media: { __typename: 'Book' } },
          { text: null, media: { __typename: 'Film' } },
          { text: 'of nothing', media: null },
        ],
        topRated: [{}, null, { id: 'm1', pages: 100 }, {}],
      },
    },
    'there and back': {
      query: '{ mediumById(id: "m1") { sequel { reviews { media { slogan ... on Book { binding } } } } } }',
      data: {
        mediumById: {
          sequel: { reviews: [{ media: { slogan: 'read Film' } }, { media: { slogan: 'untitled', binding: null } }] },
        },
      },
    },
  },
};
