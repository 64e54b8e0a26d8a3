import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { openSocket } from './fixtures/openSocket.js';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

const link = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@cost", "@listSize"])
`;
const shelves = `${link}
  type Query {
    shelf: Shelf
    shelves(first: Int): [Shelf!]! @listSize(slicingArguments: ["first"], assumedSize: 4, requireOneSlicingArgument: false)
    strict(first: Int, last: Int): [Shelf!]! @listSize(slicingArguments: ["first", "last"])
  }
  type Mutation { dust(shelf: ID @cost(weight: 3)): Shelf }
  type Subscription { dusted: Shelf }
  type Shelf @key(fields: "id") { id: ID! name: String @cost(weight: 2) }
`;
const books = `${link}
  type Shelf @key(fields: "id") { id: ID! books: [Book!]! @listSize(assumedSize: 5) }
  type Book @cost(weight: 3) { title: String }
`;
const shelf = { id: 's1', name: 'low' };

let graph: ComposedGraph;
let issuer: TokenIssuer;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  const base = readConfig({}, []);
  graph = await startComposed(
    {
      shelves: {
        sdl: shelves,
        resolvers: {
          Query: { shelf: () => shelf, shelves: () => [shelf], strict: () => [shelf] },
          Mutation: { dust: () => shelf },
        },
      },
      books: { sdl: books, resolvers: { Shelf: { books: () => [{ title: 'A' }] } } },
    },
    {
      clientTokens: issuer.clientTokens,
      limits: { ...base.limits, costBudgets: { ANONYMOUS: 10, READER: 100 } },
    },
  );
});
afterAll(() => graph?.stop());
beforeEach(() => {
  graph.seen.length = 0;
});

const costly = '{ shelf { books { title } } }'; // 1 + 5 × 3
const cheap = '{ shelf { id } }';
const tooExpensive = (estimated: number, budget: number) => ({
  extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: { estimated, budget } },
});

describe('the estimate of an operation', () => {
  const cases: [string, number, Record<string, unknown>?][] = [
    [cheap, 1],
    ['{ shelf { name } }', 3],
    [costly, 16],
    ['{ shelves { id } }', 4],
    ['{ shelves(first: 2) { books { title } } }', 2 * 16],
    ['query ($n: Int!) { shelves(first: $n) { name } }', 9, { n: 3 }],
    ['query ($n: Int!) { shelves(first: $n) { name } }', 6, { n: 2 }],
    ['mutation { dust(shelf: "a") { id } }', 14],
  ];
  for (const [query, estimated, variables] of cases) {
    it(`of ${query} ${JSON.stringify(variables ?? {})} is ${estimated}, as the composed directives say`, async () => {
      const authorization = await issuer.bearer({ kind: 'READER' });
      const { body } = await graph.gateway.query(query, variables, { authorization, 'graphql-cost': 'true' });
      expect(body.extensions.cost).toEqual({ estimated, budget: 100 });
      expect(body.data).toBeTruthy();
    });
  }

  it('is told only to who asks', async () => {
    expect((await graph.gateway.query(cheap)).body).toEqual({ data: { shelf: { id: 's1' } } });
  });
});

describe('an operation over the budget', () => {
  it('is refused with what it would cost, and reaches no subgraph', async () => {
    const { status, body } = await graph.gateway.query(costly);
    expect(status).toBe(400);
    expect(body.errors).toEqual([expect.objectContaining(tooExpensive(16, 10))]);
    expect(body.errors[0].message).toMatch(/is estimated to cost 16; 10 is allowed. Ask for/);
    expect(graph.seen).toEqual([]);
  });

  it('is another one for another kind of identity; kinds without a budget may do anything', async () => {
    const wide = '{ shelves(first: 30) { books { title } } }';
    const as = async (kind: string) =>
      graph.gateway.query(wide, undefined, { authorization: await issuer.bearer({ kind }) });
    expect((await as('READER')).body.errors).toEqual([expect.objectContaining(tooExpensive(480, 100))]);
    expect((await as('LIBRARIAN')).body.data.shelves).toHaveLength(1);
  });

  it('is decided for each request where it depends on variables', async () => {
    const query = 'query ($n: Int!) { shelves(first: $n) { id } }';
    expect((await graph.gateway.query(query, { n: 10 })).body.data).toBeTruthy();
    expect((await graph.gateway.query(query, { n: 11 })).body.errors[0]).toMatchObject(tooExpensive(11, 10));
  });

  it('is refused as well without the slicing argument that its list needs', async () => {
    const { status, body } = await graph.gateway.query('{ strict { id } }');
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'SLICING_ARGUMENT_REQUIRED']);
    expect(body.errors[0].message).toContain('first, last');
  });

  it('is refused over WebSockets', async () => {
    const { socket, subscribe, get } = await openSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`, {
      init: {},
    });
    subscribe('1', costly);
    expect((await get('error', '1')).payload).toEqual([expect.objectContaining(tooExpensive(16, 10))]);
    subscribe('2', 'subscription { dusted { books { title } } }');
    expect((await get('error', '2')).payload).toEqual([expect.objectContaining(tooExpensive(16, 10))]);
    subscribe('3', cheap);
    expect((await get('next', '3')).payload).toEqual({ data: { shelf: { id: 's1' } } });
    socket.close();
  });

  it('is refused as an event stream', async () => {
    const client = createClient({ url: `${graph.gateway.url}/graphql`, retryAttempts: 0 });
    for (const query of [costly, 'subscription { dusted { books { title } } }']) {
      const results: unknown[] = [];
      for await (const result of client.iterate({ query })) results.push(result);
      expect(results).toEqual([{ errors: [expect.objectContaining(tooExpensive(16, 10))] }]);
    }
    client.dispose();
  });
});
