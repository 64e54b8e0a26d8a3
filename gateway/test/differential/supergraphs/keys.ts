import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** Composite, nested and several keys; keys that are null; an entity that is reached only by way of another subgraph's key. */
export const keys: FeatureSupergraph = {
  name: 'keys',
  subgraphs: {
    orders: /* GraphQL */ `
      type Query {
        orders: [Order!]!
        people: [Person]
        order(shop: ID, number: Int): Order
      }
      type Order @key(fields: "shop { id } number") {
        shop: Shop!
        number: Int!
        buyer: Person
      }
      type Shop @key(fields: "id") {
        id: ID!
      }
      type Person @key(fields: "mail") @key(fields: "passport { land number }") {
        mail: String
        passport: Passport
        orders: [Order!]
      }
      type Passport @shareable {
        land: String
        number: Int
      }
    `,
    delivery: /* GraphQL */ `
      type Query {
        late: [Order]
      }
      type Order @key(fields: "number shop { id }") {
        number: Int!
        shop: Shop!
        day: String
        driver: Person
      }
      type Shop @key(fields: "id", resolvable: false) {
        id: ID!
      }
      type Person @key(fields: "passport { number land }") {
        passport: Passport
        phone: String
      }
      type Passport @shareable {
        land: String
        number: Int
      }
    `,
    registry: /* GraphQL */ `
      type Person @key(fields: "mail") @key(fields: "code") {
        mail: String
        code: ID
        name: String
      }
      type Shop @key(fields: "id") {
        id: ID!
        title: String
        owner: Person
      }
    `,
    scores: /* GraphQL */ `
      type Person @key(fields: "code") {
        code: ID
        score: Float
      }
    `,
  },
  world: {
    objects: {
      Shop: [
        { id: 's1', title: '"S"', owner: ref('Person', { mail: 'a@x' }) },
        { id: 's2', title: null, owner: null },
      ],
      Order: [
        {
          shop: ref('Shop', { id: 's1' }),
          number: 1,
          buyer: ref('Person', { mail: 'a@x' }),
          day: 'Mo',
          driver: ref('Person', { passport: { land: 'CH', number: 5 } }),
        },
        { shop: ref('Shop', { id: 's2' }), number: 1, buyer: null, day: null, driver: null },
        {
          shop: ref('Shop', { id: 's1' }),
          number: -2,
          buyer: ref('Person', { mail: 'a@x' }),
          day: '\u2028',
          driver: null,
        },
      ],
      Person: [
        {
          mail: 'a@x',
          passport: { land: 'CH', number: 5 },
          code: 'C\\1',
          name: 'Änn',
          phone: '+1',
          score: 0.1,
          orders: [
            ref('Order', { shop: ref('Shop', { id: 's1' }), number: 1 }),
            ref('Order', { shop: ref('Shop', { id: 's1' }), number: -2 }),
          ],
        },
        { mail: 'b@x', passport: null, code: null, name: 'Bo', phone: null, score: null, orders: [] },
      ],
    },
    fields: {
      'Query.orders': (_query, _args, { all }) =>
        all('Order').map(({ shop, number }) => ref('Order', { shop, number })),
      'Query.people': () => [ref('Person', { mail: 'a@x' }), null, ref('Person', { mail: 'b@x' })],
      'Query.order': (_query, { shop, number }, { find }) => {
        const values = { shop: ref('Shop', { id: shop ?? 's1' }), number: number ?? 1 };
        return find('Order', values) && ref('Order', values);
      },
      'Query.late': () => [ref('Order', { shop: ref('Shop', { id: 's2' }), number: 1 }), null],
    },
  },
  values: { shop: ['s1', 's2', 's3'], number: [1, -2, 7] },
  examples: {
    'a composite key with a nested part': {
      query: '{ orders { number day shop { title } driver { phone } } late { buyer { name } shop { id } } }',
      data: {
        orders: [
          { number: 1, day: 'Mo', shop: { title: '"S"' }, driver: { phone: '+1' } },
          { number: 1, day: null, shop: { title: null }, driver: null },
          { number: -2, day: '\u2028', shop: { title: '"S"' }, driver: null },
        ],
        late: [{ buyer: null, shop: { id: 's2' } }, null],
      },
    },
    'from key to key': {
      query: '{ order(shop: "s1", number: 1) { driver { score name passport { land } } buyer { score phone } } }',
      data: {
        order: { driver: { score: 0.1, name: 'Änn', passport: { land: 'CH' } }, buyer: { score: 0.1, phone: '+1' } },
      },
    },
    'keys that are null': {
      query: '{ people { name code score phone passport { number } } }',
      data: {
        people: [
          { name: 'Änn', code: 'C\\1', score: 0.1, phone: '+1', passport: { number: 5 } },
          null,
          { name: 'Bo', code: null, score: null, phone: null, passport: null },
        ],
      },
    },
    'key fields under names of others': {
      query: '{ orders { shop: number number: shop { id: title title: id } mail: buyer { code: mail mail: score } } }',
      data: {
        orders: [
          { shop: 1, number: { id: '"S"', title: 's1' }, mail: { code: 'a@x', mail: 0.1 } },
          { shop: 1, number: { id: null, title: 's2' }, mail: null },
          { shop: -2, number: { id: '"S"', title: 's1' }, mail: { code: 'a@x', mail: 0.1 } },
        ],
      },
    },
  },
};
