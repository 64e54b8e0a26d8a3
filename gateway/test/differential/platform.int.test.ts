import { parse, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateOperations, reportsOf } from './generatedOperations.js';
import { ENTITY_IDS } from './generatedWorld.js';
import { engineDifference, stockDifference } from './operationDifference.js';
import type { OperationRequest } from './outcome.js';
import type { Differential } from './startDifferential.js';
import { startPlatform } from './startPlatform.js';

/* The platform's own supergraph, with subgraphs that give any field a value which follows from its place. */

let platform: Differential;
let operations: OperationRequest[];
beforeAll(async () => {
  platform = await startPlatform();
  operations = generateOperations(platform.apiSchema, { depth: 7, values: { id: ENTITY_IDS, ID: ENTITY_IDS } }, 150);
});
afterAll(() => platform?.stop());

describe('generated operations over the platform', () => {
  it('go through several subgraphs, and some fail', async () => {
    const plans = operations.map(({ query }) => platform.explain(query));
    expect(plans.filter((plan) => plan.includes('Flatten')).length).toBeGreaterThan(15);
    const results = await Promise.all(operations.map((request) => platform.reference(request)));
    expect(results.filter(({ errors }) => errors.length > 0).length).toBeGreaterThan(5);
    expect(results.filter(({ data }) => data.length > 200).length).toBeGreaterThan(15);
    for (const { query } of operations) expect(validate(platform.apiSchema, parse(query))).toEqual([]);
  });

  it('are answered by the gateway as by the reference', async () => {
    expect(await reportsOf(operations, (request) => engineDifference(platform, request))).toBe('');
  });

  it('are answered by the stock executor, known faults aside', async () => {
    expect(await reportsOf(operations, (request) => stockDifference(platform, request))).toBe('');
  });
});
