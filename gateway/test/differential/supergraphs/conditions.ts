import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** `@skip` and `@include`: on fields, on fragments, on whole fetches, by literals and by variables with and without defaults. */
export const conditions: FeatureSupergraph = {
  name: 'conditions',
  subgraphs: {
    a: /* GraphQL */ `
      type Query {
        users: [User!]!
        me: User
      }
      type User @key(fields: "id") {
        id: ID!
        name: String
        mail(domain: String = "x"): String
      }
    `,
    b: /* GraphQL */ `
      type Query {
        posts(first: Int): [Post!]!
      }
      type User @key(fields: "id") {
        id: ID!
        posts: [Post!]
        karma: Int
      }
      type Post @key(fields: "id") {
        id: ID!
        text: String
        author: User
      }
    `,
    c: /* GraphQL */ `
      type User @key(fields: "id", resolvable: false) {
        id: ID!
      }
      type Post @key(fields: "id") {
        id: ID!
        likes: Int
        likedBy: [User!]
      }
    `,
  },
  world: {
    objects: {
      User: [
        { id: 'u1', name: 'Ü', posts: [ref('Post', { id: 'p1' }), ref('Post', { id: 'p2' })], karma: 1 },
        { id: 'u2', name: null, posts: [], karma: null },
      ],
      Post: [
        {
          id: 'p1',
          text: '"',
          author: ref('User', { id: 'u1' }),
          likes: 3,
          likedBy: [ref('User', { id: 'u2' }), ref('User', { id: 'u1' })],
        },
        { id: 'p2', text: null, author: ref('User', { id: 'u2' }), likes: null, likedBy: null },
      ],
    },
    fields: {
      'Query.users': (_query, _args, { all }) => all('User').map(({ id }) => ref('User', { id })),
      'Query.me': () => ref('User', { id: 'u1' }),
      'Query.posts': (_query, { first }, { all }) =>
        all('Post')
          .slice(0, Math.max(first ?? 9, 0))
          .map(({ id }) => ref('Post', { id })),
      'User.mail': ({ id }, { domain }) => `${id}@${domain}`,
    },
  },
  runs: 50,
  examples: {
    'a fetch that a variable turns off': {
      query:
        'query Q($yes: Boolean!, $no: Boolean = false) { me { name posts @include(if: $yes) { text likes @skip(if: $yes) } karma @include(if: $no) } }',
      variables: { yes: true },
      data: { me: { name: 'Ü', posts: [{ text: '"' }, { text: null }] } },
    },
    'the same field under several conditions': {
      query:
        'query Q($a: Boolean!, $b: Boolean!) { me { posts @include(if: $a) { id } posts @skip(if: $b) { text } ... @include(if: $b) { posts { likes } } } }',
      variables: { a: true, b: false },
      data: {
        me: {
          posts: [
            { id: 'p1', text: '"' },
            { id: 'p2', text: null },
          ],
        },
      },
    },
    'a field that is there only in one branch': {
      query:
        'query Q($a: Boolean! = true) { me { ...F @skip(if: $a) ... on User @include(if: $a) { karma } } } fragment F on User { karma name }',
      variables: { a: false },
      data: { me: { karma: 1, name: 'Ü' } },
    },
    'nothing is left': {
      query: 'query Q($no: Boolean!) { users @include(if: $no) { id } ... @include(if: $no) { me { id } } }',
      variables: { no: false },
      data: {},
    },
    'nothing is left in an object': {
      query:
        'query Q($no: Boolean!) { users { name @include(if: $no) posts @skip(if: true) { id } } me { ... @include(if: false) { id } } }',
      variables: { no: false },
      data: { users: [{}, {}], me: {} },
    },
    'both directives': {
      query:
        'query Q($a: Boolean!, $b: Boolean!) { me { id @include(if: $a) @skip(if: $b) x: karma @include(if: $a) @skip(if: $a) y: karma @skip(if: $b) @include(if: true) } }',
      variables: { a: true, b: false },
      data: { me: { id: 'u1', y: 1 } },
    },
  },
};
