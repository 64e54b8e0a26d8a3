import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openParts } from './fixtures/openParts.js';
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

describe('requirements of one field with different arguments', () => {
  let graph: ComposedGraph;
  beforeAll(async () => {
    graph = await startComposed({
      shop: {
        sdl: /* GraphQL */ `
          enum Currency {
            USD
            EUR
            CHF
            YEN
          }
          type Query {
            item: Item
          }
          type Mutation {
            buy: Item
          }
          type Item @key(fields: "id") {
            id: ID!
            price(in: Currency!): Int
          }
        `,
        resolvers: {
          Query: { item: () => ({ id: 'i1' }) },
          Mutation: { buy: () => ({ id: 'i2' }) },
          Item: {
            price: (_item: object, { in: currency }: { in: string }) => {
              if (currency === 'CHF') throw new Error('no francs');
              return currency === 'EUR' ? 2 : 1;
            },
          },
        },
      },
      tax: {
        sdl: /* GraphQL */ `
          enum Currency {
            USD
            EUR
            CHF
            YEN
          }
          type Item @key(fields: "id") {
            id: ID!
            price(in: Currency!): Int @external
            dollars(x: Int): String @requires(fields: "price(in: USD)")
            euros(x: Int): String @requires(fields: "price(in: EUR)")
            francs: String @requires(fields: "price(in: CHF)")
          }
        `,
        resolvers: {
          Item: Object.fromEntries(
            ['dollars', 'euros', 'francs'].map((name) => [name, (item: { price: number }) => `${name} ${item.price}`]),
          ),
        },
      },
    });
  });
  afterAll(() => graph?.stop());
  beforeEach(() => {
    graph.seen.length = 0;
  });

  it('are fetched together, and sent apart with the variables that they need', async () => {
    const query = 'query Q($x: Int, $y: Int) { item { dollars(x: $x) price(in: YEN) euros(x: $y) } }';
    const { body } = await graph.gateway.query(query, { x: 1, y: 2 });
    expect(body).toEqual({ data: { item: { dollars: 'dollars 1', price: 1, euros: 'euros 2' } } });
    const sent = (price: number) => ({ representations: [{ __typename: 'Item', id: 'i1', price }] });
    const [first, ...others] = graph.seen.map(({ subgraph, variables }) => ({ subgraph, variables }));
    expect(first?.subgraph).toBe('shop');
    expect(others).toHaveLength(2);
    expect(others).toContainEqual({ subgraph: 'tax', variables: { ...sent(1), x: 1 } });
    expect(others).toContainEqual({ subgraph: 'tax', variables: { ...sent(2), y: 2 } });
  });

  it('in mutations and deferred parts as well', async () => {
    const { body } = await graph.gateway.query('mutation { a: buy { euros } b: buy { dollars euros } }');
    expect(body).toEqual({ data: { a: { euros: 'euros 2' }, b: { dollars: 'dollars 1', euros: 'euros 2' } } });
    const query =
      '{ item { dollars ... @defer { euros deferred: dollars } ... @defer(label: "last") { again: euros } } }';
    const parts = await (await openParts(graph.gateway.url, query)).rest();
    expect(parts[0]).toEqual({ data: { item: { dollars: 'dollars 1' } }, hasNext: true });
    const incremental = parts.slice(1).flatMap((part) => part.incremental ?? []);
    expect(incremental).toHaveLength(2);
    expect(incremental).toContainEqual({ data: { euros: 'euros 2', deferred: 'dollars 1' }, path: ['item'] });
    expect(incremental).toContainEqual({ data: { again: 'euros 2' }, path: ['item'], label: 'last' });
  });

  it('have their errors under their own names, and leave the others alone', async () => {
    const { body } = await graph.gateway.query('{ item { euros francs dollars } }');
    expect(body).toEqual({
      data: { item: { euros: 'euros 2', francs: 'francs null', dollars: 'dollars 1' } },
      errors: [
        {
          message: 'no francs',
          path: ['item', 'price'],
          extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'shop' },
        },
      ],
    });
  });

  it('leave no traces in the schema', async () => {
    const { body } = await graph.gateway.query('{ __type(name: "Item") { fields { name } } }');
    const names = body.data.__type.fields.map(({ name }: { name: string }) => name);
    expect(names.sort()).toEqual(['dollars', 'euros', 'francs', 'id', 'price']);
    const refused = await graph.gateway.query('{ item { price__required_0 } }');
    expect(refused.body.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });
});
