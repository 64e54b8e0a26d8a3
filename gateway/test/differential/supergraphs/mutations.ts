import type { FeatureSupergraph } from '../featureSupergraph.js';
import { ref, type Surroundings } from '../world.js';

/** Mutations of several subgraphs, one after the other in the order in which the client wrote them, with reads in between. */
export const mutations: FeatureSupergraph = {
  name: 'mutations',
  subgraphs: {
    counter: /* GraphQL */ `
      type Query {
        counter: Counter!
      }
      type Mutation {
        add(by: Int! = 1): Counter!
        fail: Counter
        refuse(why: String): Int!
      }
      type Counter @key(fields: "id") {
        id: ID!
        value: Int!
      }
    `,
    log: /* GraphQL */ `
      type Query {
        log: [String!]!
      }
      type Mutation {
        write(text: String!): Log
        reset: Counter
      }
      type Log {
        lines: [String!]!
        counter: Counter
      }
      type Counter @key(fields: "id") {
        id: ID!
        lines: Int!
      }
    `,
  },
  world: {
    objects: { Counter: [{ id: 'c' }] },
    initialState: () => ({ value: 0, lines: [] as string[] }),
    fields: {
      'Query.counter': () => ref('Counter', { id: 'c' }),
      'Query.log': (_query, _args, { state }) => [...state.lines],
      'Mutation.add': (_mutation, { by }, surroundings) =>
        changed(surroundings, () => (surroundings.state.value += by)),
      'Mutation.reset': (_mutation, _args, surroundings) => changed(surroundings, () => (surroundings.state.value = 0)),
      'Mutation.fail': (_mutation, _args, surroundings) =>
        changed(surroundings, () => {
          surroundings.state.value *= 10;
          throw new Error('failed');
        }),
      'Mutation.refuse': (_mutation, { why }) => {
        if (why === undefined) return 1;
        throw new Error(`refused: ${why}`);
      },
      'Mutation.write': (_mutation, { text }, { state }) => {
        state.lines.push(`${state.value}: ${text}`);
        return { lines: [...state.lines], counter: ref('Counter', { id: 'c' }) };
      },
      'Counter.value': (_counter, _args, { state }) => state.value,
      'Counter.lines': (_counter, _args, { state }) => state.lines.length,
    },
  },
  values: { text: ['a', '"b"', '\\'] },
  examples: {
    'in order across subgraphs': {
      query: `mutation { write(text: "one") { lines } a: add(by: 2) { id } b: write(text: "two") { lines }
        c: add { value lines } d: reset { value } e: write(text: "3") { counter { value lines } } }`,
      data: {
        write: { lines: ['0: one'] },
        a: { id: 'c' },
        b: { lines: ['0: one', '2: two'] },
        c: { value: 3, lines: 2 },
        d: { value: 0 },
        e: { counter: { value: 0, lines: 3 } },
      },
    },
    'in order though fragments have them again': {
      query: `mutation { ...F }
        fragment F on Mutation { a: add(by: 2) { id } ...G a: add(by: 2) { value } }
        fragment G on Mutation { b: add(by: 5) { value } }`,
      data: { a: { id: 'c', value: 2 }, b: { value: 7 } },
    },
    'the ones after a failed one go on': {
      query: 'mutation { add(by: 4) { value } fail { value } a: add { value } write(text: "after") { lines } }',
      data: { add: { value: 4 }, fail: null, a: { value: 41 }, write: { lines: ['41: after'] } },
      errors: ['fail'],
    },
    'one left out by a condition': {
      query:
        'mutation M($no: Boolean = true) { add @skip(if: $no) { value } b: add(by: 7) { value } add @include(if: $no) { lines } }',
      data: { b: { value: 7 }, add: { lines: 0 } },
    },
  },
};

function changed({ find }: Surroundings, change: () => void) {
  change();
  return find('Counter', { id: 'c' }) && ref('Counter', { id: 'c' });
}
