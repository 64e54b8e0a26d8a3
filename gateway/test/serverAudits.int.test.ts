import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ComposedGraph, startComposed } from './fixtures/startComposed.js';

let graph: ComposedGraph;

beforeAll(async () => {
  graph = await startComposed({ one: { sdl: 'type Query { a: String }', resolvers: { Query: { a: () => 'b' } } } });
});
afterAll(() => graph?.stop());

// The audits of GraphQL over HTTP, as graphql-http has them. Their names begin with what the specification demands: MUST, SHOULD, MAY.
describe('GraphQL over HTTP', () => {
  for (const { id, name, fn } of serverAudits({ url: () => `${graph.gateway.url}/graphql` })) {
    it(`${id} ${name}`, async () => {
      const result = await fn();
      const reason = 'reason' in result ? result.reason : undefined;
      if (name.startsWith('MAY') && result.status === 'notice') return;
      expect([result.status, reason]).toEqual(['ok', undefined]);
    });
  }
});
