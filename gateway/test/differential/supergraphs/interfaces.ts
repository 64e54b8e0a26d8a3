import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

/** Interfaces over entities and values, one implementing another, with fields of the implementations in different subgraphs. */
export const interfaces: FeatureSupergraph = {
  name: 'interfaces',
  subgraphs: {
    zoo: /* GraphQL */ `
      type Query {
        animals: [Animal!]!
        animal(id: ID!): Animal
        named: [Named]
      }
      interface Named {
        name: String
      }
      interface Animal implements Named {
        id: ID!
        name: String
        friend: Animal
        home: Place
      }
      interface Place {
        label: String!
      }
      type Cat implements Animal & Named @key(fields: "id") {
        id: ID!
        name: String
        friend: Animal
        home: Cage
        lives: Int!
      }
      type Dog implements Animal & Named @key(fields: "id") {
        id: ID!
        name: String
        friend: Cat
        home: Place
      }
      type Keeper implements Named @key(fields: "id") {
        id: ID!
        name: String
        animals: [Animal]
      }
      type Cage implements Place {
        label: String!
        bars: Int
      }
      type Meadow implements Place {
        label: String!
        flowers: [String]
      }
    `,
    vet: /* GraphQL */ `
      type Query {
        patients: [Patient]
      }
      interface Patient {
        id: ID!
        weight: Float
        doctor: Doctor
      }
      type Cat implements Patient @key(fields: "id") {
        id: ID!
        weight: Float
        doctor: Doctor
        chip: String
      }
      type Dog implements Patient @key(fields: "id") {
        id: ID!
        weight: Float
        doctor: Doctor
        chip: Int
      }
      type Doctor {
        name: String
        patients(first: Int = 2): [Patient!]
      }
    `,
  },
  world: {
    objects: {
      Cat: [
        {
          id: 'c1',
          name: 'Mü "the" cat\n',
          friend: ref('Dog', { id: 'd1' }),
          home: { label: 'A', bars: 3 },
          lives: 9,
          weight: 4.25,
          doctor: { name: 'Dr. 🐾' },
          chip: 'x\\y',
        },
        {
          id: 'c2',
          name: null,
          friend: ref('Cat', { id: 'c2' }),
          home: null,
          lives: -1,
          weight: null,
          doctor: null,
          chip: null,
        },
      ],
      Dog: [
        {
          id: 'd1',
          name: 'Rex',
          friend: ref('Cat', { id: 'c1' }),
          home: { __typename: 'Meadow', label: 'B', flowers: ['🌼', null] },
          weight: 30,
          doctor: { name: null },
          chip: 7,
        },
        {
          id: 'd2',
          name: '',
          friend: null,
          home: { __typename: 'Cage', label: 'C', bars: null },
          weight: -0.5,
          doctor: { name: 'No one' },
          chip: null,
        },
      ],
      Keeper: [
        {
          id: 'k1',
          name: 'Kim',
          animals: [ref('Cat', { id: 'c1' }), null, ref('Dog', { id: 'd2' }), ref('Cat', { id: 'c1' })],
        },
        { id: 'k2', name: 'Kim', animals: [] },
      ],
    },
    fields: {
      'Query.animals': (_query, _args, { all }) =>
        ['Cat', 'Dog'].flatMap((type) => all(type).map(({ id }) => ref(type, { id }))),
      'Query.animal': (_query, { id }, { find }) =>
        ['Cat', 'Dog'].map((type) => find(type, { id }) && ref(type, { id })).find((each) => each) ?? null,
      'Query.named': () => [ref('Keeper', { id: 'k1' }), null, ref('Dog', { id: 'd1' }), ref('Keeper', { id: 'k2' })],
      'Query.patients': () => [ref('Dog', { id: 'd2' }), ref('Cat', { id: 'c1' }), null, ref('Dog', { id: 'd2' })],
      'Cat.home': ({ home }) => home && { __typename: 'Cage', ...home },
      'Doctor.patients': (_doctor, { first }) =>
        [ref('Cat', { id: 'c2' }), ref('Dog', { id: 'd1' })].slice(0, Math.max(first ?? 0, 0)),
    },
  },
  values: { id: ['c1', 'c2', 'd1', 'd2', 'nobody'] },
  examples: {
    'a field of the interface that another subgraph has for each implementation': {
      query: '{ animals { __typename name ... on Cat { weight chip } ... on Dog { weight doctor { name } } } }',
      data: {
        animals: [
          { __typename: 'Cat', name: 'Mü "the" cat\n', weight: 4.25, chip: 'x\\y' },
          { __typename: 'Cat', name: null, weight: null, chip: null },
          { __typename: 'Dog', name: 'Rex', weight: 30, doctor: { name: null } },
          { __typename: 'Dog', name: '', weight: -0.5, doctor: { name: 'No one' } },
        ],
      },
    },
    'fragments on interfaces of another subgraph': {
      query: '{ animals { ... on Patient { weight doctor { patients(first: 1) { ... on Named { name } id } } } } }',
      data: {
        animals: [
          { weight: 4.25, doctor: { patients: [{ name: null, id: 'c2' }] } },
          { weight: null, doctor: null },
          { weight: 30, doctor: { patients: [{ name: null, id: 'c2' }] } },
          { weight: -0.5, doctor: { patients: [{ name: null, id: 'c2' }] } },
        ],
      },
    },
    'implementations that narrow a field': {
      query:
        '{ animals { home { label ... on Meadow { flowers } ... on Cage { bars } } ... on Dog { friend { lives } } } }',
      data: {
        animals: [
          { home: { label: 'A', bars: 3 } },
          { home: null },
          { home: { label: 'B', flowers: ['🌼', null] }, friend: { lives: 9 } },
          { home: { label: 'C', bars: null }, friend: null },
        ],
      },
    },
    'nulls and duplicates in lists of an interface': {
      query: '{ patients { id } named { ... on Keeper { animals { id ... on Patient { weight } } } } }',
      data: {
        patients: [{ id: 'd2' }, { id: 'c1' }, null, { id: 'd2' }],
        named: [
          { animals: [{ id: 'c1', weight: 4.25 }, null, { id: 'd2', weight: -0.5 }, { id: 'c1', weight: 4.25 }] },
          null,
          {},
          { animals: [] },
        ],
      },
    },
  },
};
