import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '../src/config.js';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';

const sdl = `
  type Query { secretNumber(order: Order, filter: Filter): Int }
  enum Order { SECRET_ORDER }
  input Filter { secretField: Int }
`;
const subgraphs = { one: { sdl, resolvers: {} } };
let open: ComposedGraph;
let hiding: ComposedGraph;

beforeAll(async () => {
  open = await startComposed(subgraphs);
  hiding = await startComposed(subgraphs, { access: readConfig({ NODE_ENV: 'production' }, []).access });
});
afterAll(async () => {
  await open?.stop();
  await hiding?.stop();
});

const cases: [query: string, variables: Record<string, unknown>][] = [
  ['{ secretNumbr }', {}],
  ['{ secretNumber(ordr: null) }', {}],
  ['{ secretNumber(order: SECRET_ORDR) }', {}],
  ['{ secretNumber(filter: { secretFeld: 1 }) }', {}],
  ['query ($o: Ordr) { secretNumber(order: $o) }', {}],
  ['query ($o: Order) { secretNumber(order: $o) }', { o: 'SECRET_ORDR' }],
  ['query ($f: Filter) { secretNumber(filter: $f) }', { f: { secretFeld: 1 } }],
];
for (const [query, variables] of cases) {
  it(`${query} ${JSON.stringify(variables)}: names that resemble a wrong one are told in development alone`, async () => {
    expect((await open.gateway.query(query, variables)).body.errors[0].message).toMatch(/Did you mean/);
    const { errors } = (await hiding.gateway.query(query, variables)).body;
    expect(errors[0].message).not.toMatch(/Did you mean/);
    expect(errors[0].extensions.code).toMatch(/^GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT$/);
  });
}
