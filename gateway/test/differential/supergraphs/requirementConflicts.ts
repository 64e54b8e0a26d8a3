import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref, type Values } from '../world.js';

const price = (cents: number | null, { currency, net }: Values) =>
  cents === null ? null : (currency === 'EUR' ? cents * 2 : cents) - (net ? 5 : 0);
const volume = (litres: number | null, unit: unknown) =>
  litres === null ? null : unit === 'FOOT' ? litres / 28 : litres;
const told = (...values: unknown[]) => JSON.stringify(values);
const crate = ({ crate }: Values, unit?: string) =>
  crate && { label: crate.label, volume: volume(crate.litres, unit), holder: crate.holder };
const holder = ({ crate }: Values, year: number) => ({
  crate: crate && { holder: crate.holder && { __typename: crate.holder.__typename, rate: crate.holder.base * year } },
});
const makers = ({ makers }: Values, first: number) => ({ makers: makers?.slice(0, first) });
const fee = (good: Values) => told('fee', price(good.cents, { currency: 'USD' }));
const feeEUR = (good: Values) => told('EUR', price(good.cents, { currency: 'EUR' }));

/** `@requires` of the same fields with different arguments: side by side, nested, of lists, of interfaces, in chains. */
export const requirementConflicts: FeatureSupergraph = {
  name: 'requirements that conflict',
  subgraphs: {
    goods: /* GraphQL */ `
      type Query {
        goods: [Good]
        good(id: ID!): Good
      }
      enum Currency {
        USD
        EUR
      }
      enum Unit {
        LITRE
        FOOT
      }
      type Good @key(fields: "id") {
        id: ID!
        price(currency: Currency! = USD, net: Boolean): Int
        crate: Crate
        makers(first: Int!): [Maker]
      }
      type Crate {
        label: String
        volume(unit: Unit = LITRE): Float
        holder: Holder
      }
      interface Holder {
        rate(year: Int): Int
      }
      type Firm implements Holder {
        rate(year: Int): Int
      }
      type Person implements Holder {
        rate(year: Int): Int
      }
      type Maker @key(fields: "id") {
        id: ID!
        town: String
      }
    `,
    freight: /* GraphQL */ `
      enum Currency {
        USD
        EUR
      }
      enum Unit {
        LITRE
        FOOT
      }
      type Good @key(fields: "id") {
        id: ID!
        price(currency: Currency! = USD, net: Boolean): Int @external
        crate: Crate @external
        makers(first: Int!): [Maker] @external
        code: String
        fee: String @requires(fields: "price")
        feeEUR(mark: String = "="): String @requires(fields: "price(currency: EUR)")
        feeNet: String @requires(fields: "price(net: true currency: EUR)")
        space: String @requires(fields: "crate { volume }")
        spaceFeet: String @requires(fields: "crate { volume(unit: FOOT) label } price(currency: EUR)")
        oneMaker: String @requires(fields: "makers(first: 1) { town }")
        twoMakers: String @requires(fields: "makers(first: 2) { id town }")
        rent: String @requires(fields: "crate { holder { rate(year: 1) } }")
        rentNext: String @requires(fields: "crate { holder { __typename rate(year: 2) } }")
      }
      type Crate @external {
        label: String
        volume(unit: Unit = LITRE): Float
        holder: Holder
      }
      interface Holder {
        rate(year: Int): Int
      }
      type Firm implements Holder @external {
        rate(year: Int): Int
      }
      type Person implements Holder @external {
        rate(year: Int): Int
      }
      type Maker @key(fields: "id") {
        id: ID!
        town: String @external
      }
    `,
    sums: /* GraphQL */ `
      enum Currency {
        USD
        EUR
      }
      type Good @key(fields: "id") {
        id: ID!
        price(currency: Currency! = USD, net: Boolean): Int @external
        fee: String @external
        feeEUR(mark: String = "="): String @external
        total: String @requires(fields: "fee feeEUR price(currency: EUR)")
        twin: Good
      }
    `,
  },
  world: {
    objects: {
      Good: [
        {
          id: 'g1',
          cents: 100,
          code: 'c1',
          crate: { label: 'L', litres: 56, holder: { __typename: 'Firm', base: 3 } },
          makers: [ref('Maker', { id: 'm1' }), ref('Maker', { id: 'm2' }), ref('Maker', { id: 'm1' })],
          twin: 'g2',
        },
        {
          id: 'g2',
          cents: null,
          code: null,
          crate: { label: null, litres: null, holder: null },
          makers: [],
          twin: 'g1',
        },
        { id: 'g3', cents: 7, code: 'c3', crate: null, makers: null, twin: 'gone' },
      ],
      Maker: [
        { id: 'm1', town: 'Ulm' },
        { id: 'm2', town: null },
      ],
    },
    fields: {
      'Query.goods': (_query, _args, { all }) => [...all('Good').map(({ id }) => ref('Good', { id })), null],
      'Query.good': (_query, { id }) => ref('Good', { id }),
      'Good.price': ({ cents }, args) => price(cents, args),
      'Good.makers': ({ makers }, { first }) => makers?.slice(0, first),
      'Crate.volume': ({ litres }, { unit }) => volume(litres, unit),
      'Holder.rate': ({ base }, { year }) => (year === null || year === undefined ? base : base * year),
      'Good.fee': (good) => told('fee', good.price),
      'Good.feeEUR': (good) => told('EUR', good.price),
      'Good.feeNet': (good) => told('net', good.price),
      'Good.space': (good) => told(good.crate?.volume),
      'Good.spaceFeet': (good) => told(good.crate?.volume, good.crate?.label, good.price),
      'Good.oneMaker': (good) => told(good.makers?.map(({ town }: Values) => town)),
      'Good.twoMakers': (good) => told(good.makers?.map(({ id, town }: Values) => [id, town])),
      'Good.rent': (good) => told(good.crate?.holder?.rate),
      'Good.rentNext': (good) => told(good.crate?.holder?.rate),
      'Good.total': (good) => told(good.fee, good.feeEUR, good.price),
      'Good.twin': ({ twin }) => ref('Good', { id: twin }),
    },
    required: {
      'Good.fee': ({ cents }) => ({ price: price(cents, { currency: 'USD' }) }),
      'Good.feeEUR': ({ cents }) => ({ price: price(cents, { currency: 'EUR' }) }),
      'Good.feeNet': ({ cents }) => ({ price: price(cents, { currency: 'EUR', net: true }) }),
      'Good.space': (good) => ({ crate: crate(good) }),
      'Good.spaceFeet': (good) => ({ crate: crate(good, 'FOOT'), price: price(good.cents, { currency: 'EUR' }) }),
      'Good.oneMaker': (good, { find }) => ({
        makers: makers(good, 1).makers?.map(({ id }: Values) => find('Maker', { id })),
      }),
      'Good.twoMakers': (good, { find }) => ({
        makers: makers(good, 2).makers?.map(({ id }: Values) => find('Maker', { id })),
      }),
      'Good.rent': (good) => holder(good, 1),
      'Good.rentNext': (good) => holder(good, 2),
      'Good.total': (good) => ({
        fee: fee(good),
        feeEUR: feeEUR(good),
        price: price(good.cents, { currency: 'EUR' }),
      }),
    },
  },
  notForStock: 'Of the ways in which a field is required, the stock planner fetches one and sends it as the others.',
  values: { id: ['g1', 'g2', 'g3', 'gone'], first: [0, 1, 3], year: [1, 4, null] },
  runs: 60,
  examples: {
    'side by side': {
      query: '{ good(id: "g1") { feeEUR code fee feeNet dear: feeEUR(mark: null) price } }',
      data: {
        good: {
          feeEUR: '["EUR",200]',
          code: 'c1',
          fee: '["fee",100]',
          feeNet: '["net",195]',
          dear: '["EUR",200]',
          price: 100,
        },
      },
    },
    'nested, with others beside them': {
      query: '{ goods { space spaceFeet fee crate { volume(unit: FOOT) label } } }',
      data: {
        goods: [
          { space: '[56]', spaceFeet: '[2,"L",200]', fee: '["fee",100]', crate: { volume: 2, label: 'L' } },
          { space: '[null]', spaceFeet: '[null,null,null]', fee: '["fee",null]', crate: { volume: null, label: null } },
          { space: '[null]', spaceFeet: '[null,null,14]', fee: '["fee",7]', crate: null },
          null,
        ],
      },
    },
    'of lists, whose items are fetched': {
      query: '{ goods { oneMaker twoMakers makers(first: 3) { id } } }',
      data: {
        goods: [
          {
            oneMaker: '[["Ulm"]]',
            twoMakers: '[[["m1","Ulm"],["m2",null]]]',
            makers: [{ id: 'm1' }, { id: 'm2' }, { id: 'm1' }],
          },
          { oneMaker: '[[]]', twoMakers: '[[]]', makers: [] },
          { oneMaker: '[null]', twoMakers: '[null]', makers: null },
          null,
        ],
      },
    },
    'of interfaces': {
      query: '{ goods { rent rentNext crate { holder { rate } } } }',
      data: {
        goods: [
          { rent: '[3]', rentNext: '[6]', crate: { holder: { rate: 3 } } },
          { rent: '[null]', rentNext: '[null]', crate: { holder: null } },
          { rent: '[null]', rentNext: '[null]', crate: null },
          null,
        ],
      },
    },
    'in a chain': {
      query: '{ good(id: "g3") { total } g: good(id: "g1") { twin { twin { total fee feeNet price(net: true) } } } }',
      data: {
        good: { total: '["[\\"fee\\",7]","[\\"EUR\\",14]",14]' },
        g: {
          twin: {
            twin: {
              total: '["[\\"fee\\",100]","[\\"EUR\\",200]",200]',
              fee: '["fee",100]',
              feeNet: '["net",195]',
              price: 95,
            },
          },
        },
      },
    },
    'by names that look like those that are made up': {
      query: '{ good(id: "g1") { price__required_0: code price__required_1: price(net: true) fee feeEUR } }',
      data: { good: { price__required_0: 'c1', price__required_1: 95, fee: '["fee",100]', feeEUR: '["EUR",200]' } },
    },
  },
};
