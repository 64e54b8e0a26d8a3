import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref } from '../world.js';

const person = (id: string) => ref('Person', { id });

/** References in circles, to oneself, to the same object many times over, and to what is not there. */
export const circles: FeatureSupergraph = {
  name: 'circles',
  subgraphs: {
    people: /* GraphQL */ `
      type Query {
        people: [Person!]!
        person(id: ID!): Person
      }
      type Person @key(fields: "id") {
        id: ID!
        name: String
        best: Person
        friends: [Person]
      }
    `,
    groups: /* GraphQL */ `
      type Query {
        groups(size: Int): [Group!]!
      }
      type Group @key(fields: "id") {
        id: ID!
        title: String!
        boss: Person
        members(first: Int! = 3, filter: Filter = { reverse: true }): [Person!]
      }
      input Filter {
        reverse: Boolean = false
        not: [ID!]
      }
      type Person @key(fields: "id") {
        id: ID!
        groups: [Group!]
        boss: Person
      }
    `,
  },
  world: {
    objects: {
      Person: [
        {
          id: '1',
          name: 'Él "1"',
          best: person('2'),
          friends: [person('1'), person('2'), null, person('1')],
          groups: [ref('Group', { id: 'g1' })],
          boss: person('1'),
        },
        {
          id: '2',
          name: null,
          best: person('1'),
          friends: [],
          groups: [ref('Group', { id: 'g2' }), ref('Group', { id: 'g1' })],
          boss: person('3'),
        },
        { id: '3', name: '\\3\n', best: person('gone'), friends: null, groups: null, boss: person('gone') },
      ],
      Group: [
        { id: 'g1', title: 'one', boss: person('1'), members: ['1', '2', '2', '3'] },
        { id: 'g2', title: '', boss: null, members: ['3', 'gone'] },
      ],
    },
    fields: {
      'Query.people': () => [person('1'), person('2'), person('1'), person('3')],
      'Query.person': (_query, { id }) => person(id),
      'Query.groups': (_query, { size }, { all }) =>
        all('Group')
          .filter(({ members }) => size === undefined || size === null || members.length >= size)
          .map(({ id }) => ref('Group', { id })),
      'Group.members': ({ members }, { first, filter }) => {
        const left = members.filter((id: string) => !filter?.not?.includes(id)).slice(0, Math.max(first, 0));
        return (filter?.reverse ? left.reverse() : left).map(person);
      },
    },
  },
  values: { id: ['1', '2', '3', 'gone'], ID: ['1', '2', 'gone'], size: [0, 3] },
  depth: 5,
  examples: {
    'round and round': {
      query:
        '{ person(id: "1") { best { boss { name groups { title } best { groups { title } } } best { groups { boss { name } } } } } }',
      data: {
        person: {
          best: {
            boss: { name: '\\3\n', groups: null, best: { groups: null } },
            best: { groups: [{ boss: { name: 'Él "1"' } }] },
          },
        },
      },
    },
    'the same object in many places': {
      query: '{ people { boss { id } friends { boss { name } } } }',
      data: {
        people: [
          {
            boss: { id: '1' },
            friends: [{ boss: { name: 'Él "1"' } }, { boss: { name: '\\3\n' } }, null, { boss: { name: 'Él "1"' } }],
          },
          { boss: { id: '3' }, friends: [] },
          {
            boss: { id: '1' },
            friends: [{ boss: { name: 'Él "1"' } }, { boss: { name: '\\3\n' } }, null, { boss: { name: 'Él "1"' } }],
          },
          { boss: { id: 'gone' }, friends: null },
        ],
      },
    },
    'what is not there': {
      query:
        '{ person(id: "gone") { id name groups { id } boss { name } } groups(size: 2) { members(filter: { not: ["1"] }) { id name } } }',
      data: {
        person: { id: 'gone', name: null, groups: null, boss: null },
        groups: [
          {
            members: [
              { id: '2', name: null },
              { id: '2', name: null },
              { id: '3', name: '\\3\n' },
            ],
          },
          {
            members: [
              { id: '3', name: '\\3\n' },
              { id: 'gone', name: null },
            ],
          },
        ],
      },
    },
    'defaults of input fields and variables': {
      query:
        'query Q($filter: Filter, $first: Int = 2) { groups { members(filter: $filter, first: $first) { name } } }',
      data: {
        groups: [{ members: [{ name: null }, { name: 'Él "1"' }] }, { members: [{ name: null }, { name: '\\3\n' }] }],
      },
    },
  },
};
