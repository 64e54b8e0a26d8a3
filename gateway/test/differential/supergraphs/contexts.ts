import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** `@context` and `@fromContext`: arguments that are set from an object further up. */
export const contexts: FeatureSupergraph = {
  name: 'contexts',
  notForStock: 'ApolloGateway refuses supergraphs with @context, and its executor ignores context rewrites',
  subgraphs: {
    a: /* GraphQL */ `
      type Query {
        users: [User!]!
        user(id: ID!): User
        account: Account
      }
      type User @key(fields: "id") @context(name: "owner") {
        id: ID!
        lang: String!
        limit: Limit
        child: Child!
        children: [Child]
        friend: User
      }
      type Account @context(name: "owner") {
        lang: String!
        limit: Limit
        child: Child
      }
      type Limit {
        most: Int
      }
      type Child @key(fields: "id") {
        id: ID!
        text(lang: String @fromContext(field: "$owner { lang }"), prefix: String = "-"): String
        count(most: Int @fromContext(field: "$owner ... on User { limit { most } } ... on Account { limit { most } }")): Int
      }
    `,
    b: /* GraphQL */ `
      type Child @key(fields: "id") {
        id: ID!
        size: Int
        next: Child
      }
    `,
  },
  world: {
    objects: {
      User: [
        {
          id: 'u1',
          lang: 'é"',
          limit: { most: 2 },
          child: ref('Child', { id: 'c1' }),
          children: [ref('Child', { id: 'c1' }), null, ref('Child', { id: 'c2' })],
          friend: ref('User', { id: 'u2' }),
        },
        {
          id: 'u2',
          lang: '\\',
          limit: null,
          child: ref('Child', { id: 'c1' }),
          children: [],
          friend: ref('User', { id: 'u1' }),
        },
        { id: 'u3', lang: '', limit: { most: null }, child: ref('Child', { id: 'c2' }), children: null, friend: null },
      ],
      Child: [
        { id: 'c1', size: 5, next: ref('Child', { id: 'c2' }) },
        { id: 'c2', size: null, next: ref('Child', { id: 'c1' }) },
      ],
    },
    fields: {
      'Query.users': (_query, _args, { all }) => all('User').map(({ id }) => ref('User', { id })),
      'Query.user': (_query, { id }, { find }) => find('User', { id }) && ref('User', { id }),
      'Query.account': () => ({ lang: 'account', limit: { most: 9 }, child: ref('Child', { id: 'c1' }) }),
      'Child.text': ({ id }, { lang, prefix }) => `${prefix}${lang}:${id}`,
      'Child.count': (_child, { most }) => (most ?? null) && most + 1,
    },
    contextual: {
      'Child.text': (above) => ({ lang: above('User', 'Account').lang }),
      'Child.count': (above) => ({ most: above('User', 'Account').limit?.most ?? null }),
    },
  },
  values: { id: ['u1', 'u2', 'u3'] },
  examples: {
    'the same object below different ones': {
      query: '{ users { child { id text } children { text(prefix: "") } } account { child { text } } }',
      data: {
        users: [
          { child: { id: 'c1', text: '-é":c1' }, children: [{ text: 'é":c1' }, null, { text: 'é":c2' }] },
          { child: { id: 'c1', text: '-\\:c1' }, children: [] },
          { child: { id: 'c2', text: '-:c2' }, children: null },
        ],
        account: { child: { text: '-account:c1' } },
      },
    },
    'the nearest one, by way of another subgraph': {
      query:
        '{ user(id: "u1") { friend { child { count next { size text } } } child { next { next { text count } } } } }',
      data: {
        user: {
          friend: { child: { count: null, next: { size: null, text: '-\\:c2' } } },
          child: { next: { next: { text: '-é":c1', count: 3 } } },
        },
      },
    },
    'what the context needs under other names': {
      query: '{ users { lang: id id: lang limit: child { text: count count: text } } }',
      data: {
        users: [
          { lang: 'u1', id: 'é"', limit: { text: 3, count: '-é":c1' } },
          { lang: 'u2', id: '\\', limit: { text: null, count: '-\\:c1' } },
          { lang: 'u3', id: '', limit: { text: null, count: '-:c2' } },
        ],
      },
    },
  },
};
