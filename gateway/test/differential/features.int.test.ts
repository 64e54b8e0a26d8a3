import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateOperations, reportsOf } from './generatedOperations.js';
import { engineDifference, stockDifference } from './operationDifference.js';
import type { OperationRequest, Outcome } from './outcome.js';
import type { Differential } from './startDifferential.js';
import { startFeature } from './startFeature.js';
import { featureSupergraphs } from './supergraphs/featureSupergraphs.js';

/*
 * Small supergraphs, one a feature of federation. The operations written for it and generated ones are executed by the gateway, by ApolloGateway's own executor and
 * by graphql-js over the merged schema. One supergraph alone: `npx vitest run gateway/test/differential/features -t unions`.
 */

describe.each(featureSupergraphs.map((feature) => [feature.name, feature] as const))('%s', (_name, feature) => {
  let differential: Differential;
  beforeAll(async () => {
    differential = await startFeature(feature);
  });
  afterAll(() => differential?.stop());

  describe('written operations', () => {
    it.each(Object.entries(feature.examples))('%s', async (_what, { query, variables = {}, data, errors = [] }) => {
      expect(validate(differential.apiSchema, parse(query))).toEqual([]);
      const reference = await differential.reference({ query, variables });
      expect(JSON.parse(reference.data)).toEqual(data);
      expect([...reference.errors].sort()).toEqual([...errors].sort());
      expect((await engineDifference(differential, { query, variables })) ?? '').toBe('');
      expect((await stockDifference(differential, { query, variables })) ?? '').toBe('');
    });
  });

  describe('generated operations', () => {
    let operations: OperationRequest[];
    beforeAll(() => {
      const { values = {}, depth = 4, runs = 30 } = feature;
      operations = generateOperations(differential.apiSchema, { depth, values }, runs);
    });

    it('are answered by the gateway as by the reference', async () => {
      expect(await reportsOf(operations, (request) => engineDifference(differential, request))).toBe('');
    });

    it('are answered the same to several who ask at the same time and share what is fetched', async () => {
      const queries = operations.filter(({ query }) => !query.startsWith('mutation'));
      const alone: Outcome[] = [];
      for (const request of queries) alone.push(await differential.engine(request));
      const together = await Promise.all(
        queries.flatMap((request) => [1, 2, 3].map(() => differential.engine(request))),
      );
      const sorted = ({ data, errors }: Outcome) => ({ data, errors: [...errors].sort() });
      for (const [index, outcome] of together.entries())
        expect(sorted(outcome)).toEqual(sorted(alone[Math.floor(index / 3)] as Outcome));
    });

    it.skipIf(feature.notForStock)('are answered by the stock executor, known faults aside', async () => {
      expect(await reportsOf(operations, (request) => stockDifference(differential, request))).toBe('');
    });
  });
});
