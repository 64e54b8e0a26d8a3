import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';

/*
 * What Apollo's planner gets wrong and the gateway puts right: before it plans, or in the plan that it made.
 */

describe('fields that the planner finds no way to', () => {
  let graph: ComposedGraph;
  beforeAll(async () => {
    // No key leads to the ratings. Composition tells of it unless the interface has no objects yet.
    graph = await startComposed({
      library: {
        sdl: /* GraphQL */ `
          interface Media @key(fields: "id") {
            id: ID!
          }
          type Query {
            newest: Media
            oldest: Media!
            open: Boolean
          }
        `,
        resolvers: { Query: { open: () => true } },
      },
      ratings: {
        sdl: /* GraphQL */ `
          type Media @key(fields: "id", resolvable: false) @interfaceObject {
            id: ID!
            stars: Int
          }
          type Query {
            best: Media
          }
        `,
        resolvers: { Query: { best: () => ({ id: 'b1', stars: 5 }) } },
      },
    });
  });
  afterAll(() => graph?.stop());

  const reason = (field: string) =>
    `No way was found to resolve the field Query.${field}: no subgraph gives what this operation selects of it.`;

  it('are the reason for a refusal where nothing else is asked for', async () => {
    for (const query of ['{ newest { stars } }', '{ __typename a: newest { stars } b: newest { stars } }']) {
      const { status, body } = await graph.gateway.query(query, {}, { accept: 'application/graphql-response+json' });
      expect(status).toBe(500);
      expect(body).toEqual({ errors: [{ message: reason('newest'), extensions: { code: 'PLANNING_FAILED' } }] });
    }
    expect(graph.seen).toEqual([]);
  });

  it('are errors at their own places beside others', async () => {
    const { status, body } = await graph.gateway.query('{ best { stars } open: newest { stars } is: open }');
    expect(status).toBe(200);
    expect(body).toEqual({
      data: { best: { stars: 5 }, open: null, is: true },
      errors: [{ message: reason('newest'), path: ['open'], extensions: { code: 'PLANNING_FAILED' } }],
    });
  });

  it('are the only errors where they must not be null', async () => {
    const { body } = await graph.gateway.query('{ best { stars } oldest { stars } }');
    expect(body).toEqual({
      data: null,
      errors: [{ message: reason('oldest'), path: ['oldest'], extensions: { code: 'PLANNING_FAILED' } }],
    });
  });
});

describe('a field that requires others, in a subgraph that resolves only some of its keys', () => {
  let graph: ComposedGraph;
  const parts = [
    { sku: 'a', serial: '1', maker: { code: 'm' }, number: 1, weight: 2 },
    { sku: 'b', serial: '2', maker: { code: 'm' }, number: 2, weight: null },
  ];
  beforeAll(async () => {
    graph = await startComposed({
      stock: {
        sdl: /* GraphQL */ `
          type Query {
            parts: [Part]
          }
          type Part
            @key(fields: "serial", resolvable: false)
            @key(fields: "sku", resolvable: false)
            @key(fields: "maker { code } number")
            @key(fields: "maker { code }", resolvable: false) {
            sku: ID!
            serial: ID!
            maker: Maker
            number: Int
            weight: Int @external
            freight: String @requires(fields: "weight")
          }
          type Maker {
            code: String
          }
        `,
        resolvers: {
          Query: { parts: () => parts.map(({ weight, ...part }) => part) },
          Part: {
            __resolveReference: ({ maker, number, weight }: (typeof parts)[number]) => ({ maker, number, weight }),
            freight: (part: (typeof parts)[number]) => `${part.maker.code}${part.number}: ${part.weight}`,
          },
        },
      },
      catalog: {
        sdl: /* GraphQL */ `
          type Part @key(fields: "sku") {
            sku: ID!
            weight: Int
          }
        `,
        resolvers: {
          Part: { __resolveReference: ({ sku }: { sku: string }) => parts.find((part) => part.sku === sku) },
        },
      },
    });
  });
  afterAll(() => graph?.stop());

  it('is fetched by one that it resolves', async () => {
    const { body } = await graph.gateway.query('{ parts { freight } }');
    expect(body).toEqual({ data: { parts: [{ freight: 'm1: 2' }, { freight: 'm2: null' }] } });
    expect(graph.seen.at(-1)?.variables).toEqual({
      representations: [
        { __typename: 'Part', maker: { code: 'm' }, number: 1, weight: 2 },
        { __typename: 'Part', maker: { code: 'm' }, number: 2, weight: null },
      ],
    });
  });
});
