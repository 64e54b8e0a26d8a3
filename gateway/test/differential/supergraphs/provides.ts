import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** `@provides`: fields of others' entities that a subgraph can give on some ways, in lists, nested and on one member of a union. */
export const provides: FeatureSupergraph = {
  name: 'provides',
  subgraphs: {
    users: /* GraphQL */ `
      type Query {
        users: [User!]!
      }
      type User @key(fields: "id") {
        id: ID!
        name: String @shareable
        mail: String @shareable
        team: Team @shareable
      }
      type Team @key(fields: "id") {
        id: ID!
        name: String @shareable
        size: Int
      }
      type Bot @key(fields: "id") {
        id: ID!
        name: String
      }
    `,
    posts: /* GraphQL */ `
      type Query {
        posts: [Post!]!
        post(id: ID!): Post @provides(fields: "author { name mail }")
        newest: [Post] @provides(fields: "author { name team { name } }")
        writers: [Writer] @provides(fields: "... on User { name }")
      }
      union Writer = User | Bot
      type Post @key(fields: "id") {
        id: ID!
        title: String!
        author: User
        reviewers: [User!] @provides(fields: "mail")
      }
      type User @key(fields: "id") {
        id: ID!
        name: String @external
        mail: String @external
        team: Team @external
        posts: [Post!]
      }
      type Team @key(fields: "id") {
        id: ID!
        name: String @external
      }
      type Bot @key(fields: "id") {
        id: ID!
      }
    `,
  },
  world: {
    objects: {
      User: [
        { id: 'u1', name: 'Zoë "Z"', mail: 'z@x', team: ref('Team', { id: 't1' }), posts: [ref('Post', { id: '1' })] },
        { id: 'u2', name: null, mail: null, team: null, posts: [] },
      ],
      Team: [{ id: 't1', name: 'Tëam\t1', size: 2 }],
      Bot: [{ id: 'b1', name: 'R2\\D2' }],
      Post: [
        {
          id: '1',
          title: 'First',
          author: ref('User', { id: 'u1' }),
          reviewers: [ref('User', { id: 'u2' }), ref('User', { id: 'u1' }), ref('User', { id: 'u2' })],
        },
        { id: '2', title: '', author: null, reviewers: null },
        { id: '3', title: '…', author: ref('User', { id: 'u2' }), reviewers: [] },
      ],
    },
    fields: {
      'Query.users': (_query, _args, { all }) => all('User').map(({ id }) => ref('User', { id })),
      'Query.posts': (_query, _args, { all }) => all('Post').map(({ id }) => ref('Post', { id })),
      'Query.post': (_query, { id }, { find }) => find('Post', { id }) && ref('Post', { id }),
      'Query.newest': () => [ref('Post', { id: '3' }), null, ref('Post', { id: '1' })],
      'Query.writers': () => [ref('User', { id: 'u1' }), ref('Bot', { id: 'b1' }), null, ref('User', { id: 'u2' })],
    },
  },
  values: { id: ['1', '2', '3', '4'] },
  examples: {
    'what is provided on the way that is taken': {
      query: '{ newest { author { name team { name } } } post(id: "1") { author { mail name } } }',
      data: {
        newest: [
          { author: { name: null, team: null } },
          null,
          { author: { name: 'Zoë "Z"', team: { name: 'Tëam\t1' } } },
        ],
        post: { author: { mail: 'z@x', name: 'Zoë "Z"' } },
      },
    },
    'more than is provided': {
      query: '{ newest { author { name mail team { name size } } } posts { reviewers { mail name } } }',
      data: {
        newest: [
          { author: { name: null, mail: null, team: null } },
          null,
          { author: { name: 'Zoë "Z"', mail: 'z@x', team: { name: 'Tëam\t1', size: 2 } } },
        ],
        posts: [
          {
            reviewers: [
              { mail: null, name: null },
              { mail: 'z@x', name: 'Zoë "Z"' },
              { mail: null, name: null },
            ],
          },
          { reviewers: null },
          { reviewers: [] },
        ],
      },
    },
    'provided by one member of a union': {
      query: '{ writers { __typename ... on User { name mail } ... on Bot { name } } }',
      data: {
        writers: [
          { __typename: 'User', name: 'Zoë "Z"', mail: 'z@x' },
          { __typename: 'Bot', name: 'R2\\D2' },
          null,
          { __typename: 'User', name: null, mail: null },
        ],
      },
    },
  },
};
