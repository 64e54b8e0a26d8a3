import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';

const linkedDirective = /* GraphQL */ `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@composeDirective"])
    @link(url: "https://directives.example/trace/v1.0", import: ["@trace"])
    @composeDirective(name: "@trace")
  enum Level {
    LOW
    HIGH
  }
  directive @hint(text: String) on FIELD
`;

let graph: ComposedGraph;
beforeAll(async () => {
  graph = await startComposed({
    people: {
      sdl: /* GraphQL */ `
        ${linkedDirective}
        directive @trace(level: Level! = LOW, labels: [String!]) repeatable on FIELD | QUERY | FIELD_DEFINITION | INLINE_FRAGMENT
        type Query {
          person: Person @trace
        }
        type Person @key(fields: "id") {
          id: ID!
          name: String
        }
      `,
      resolvers: { Query: { person: () => ({ id: '1', name: 'Ada' }) } },
    },
    ages: {
      sdl: /* GraphQL */ `
        ${linkedDirective}
        directive @trace(level: Level! = LOW, labels: [String!]) repeatable on FIELD | QUERY | FIELD_DEFINITION | INLINE_FRAGMENT
        type Person @key(fields: "id") {
          id: ID!
          age(unit: String = "y"): String
        }
      `,
      resolvers: {
        Person: {
          __resolveReference: () => ({ id: '1' }),
          age: (_: object, { unit }: { unit: string }) => `36 ${unit}`,
        },
      },
    },
  });
});
afterAll(() => graph?.stop());
beforeEach(() => {
  graph.seen.length = 0;
});

it('operations may have the directives that the supergraph defines for them, wherever it does', async () => {
  const { status, body } = await graph.gateway.query(
    'query Q($level: Level!, $unit: String) @trace { person @trace(level: HIGH) @trace(level: $level, labels: "x") { name @trace ... @trace { age(unit: $unit) } } }',
    { level: 'LOW', unit: 'a' },
  );
  expect({ status, body }).toEqual({ status: 200, body: { data: { person: { name: 'Ada', age: '36 a' } } } });
});

it('their use is checked as the schema has it', async () => {
  const codeOf = async (query: string) => (await graph.gateway.query(query)).body.errors?.[0].extensions.code;
  expect(await codeOf('{ person { name @trace(level: MIDDLE) } }')).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await codeOf('mutation @trace { a }')).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await codeOf('{ person { ...F @trace } } fragment F on Person { name }')).toBe('GRAPHQL_VALIDATION_FAILED');
  expect(await codeOf('{ person { name @join__field } }')).toBe('GRAPHQL_VALIDATION_FAILED');
});

it('clients see them, with the places of operations only, and none of those that supergraphs are made of', async () => {
  const { body } = await graph.gateway.query('{ __schema { directives { name isRepeatable locations } } }');
  const { directives } = body.data.__schema;
  expect(directives).toContainEqual({
    name: 'trace',
    isRepeatable: true,
    locations: expect.arrayContaining(['FIELD', 'QUERY', 'INLINE_FRAGMENT']),
  });
  expect(directives.flatMap((each: { locations: string[] }) => each.locations)).not.toContain('OBJECT');
  expect(directives.map(({ name }: { name: string }) => name).sort()).toEqual(
    ['defer', 'deprecated', 'hint', 'include', 'oneOf', 'skip', 'specifiedBy', 'trace'].sort(),
  );
});

it('those without a link go on to the subgraphs that all define them', async () => {
  const { body } = await graph.gateway.query('{ person { name @hint(text: "x") age @hint @trace } }');
  expect(body).toEqual({ data: { person: { name: 'Ada', age: '36 y' } } });
  expect(graph.seen.map(({ query }) => query.match(/@\w+(\(text:[^)]*\))?/g))).toEqual([
    ['@hint(text:"x")'],
    ['@hint'],
  ]);
});
