import fc from 'fast-check';
import { type GraphQLSchema, parse, validate } from 'graphql';
import { arbitraryOperation, type OperationOptions } from './generateOperation.js';
import type { OperationRequest } from './outcome.js';

const MOST_REPORTS = 6;

/** The same operations on every run; DIFFERENTIAL_SEED and DIFFERENTIAL_RUNS in the environment make others and more. */
export function generateOperations(schema: GraphQLSchema, options: OperationOptions, runs: number): OperationRequest[] {
  const { DIFFERENTIAL_SEED: seed = 1, DIFFERENTIAL_RUNS: more = runs } = process.env;
  const operations = fc.sample(arbitraryOperation(schema, options), { seed: Number(seed), numRuns: Number(more) });
  for (const { query } of operations) {
    const [fault] = validate(schema, parse(query));
    if (fault) throw new Error(`not a valid operation: ${fault.message}\n${query}`);
  }
  return operations;
}

/** What was found to differ, each once; the search ends after a few. */
export async function reportsOf(
  operations: readonly OperationRequest[],
  differenceOf: (request: OperationRequest) => Promise<string | undefined>,
): Promise<string> {
  const reports = new Set<string>();
  for (const request of operations) {
    const report = await differenceOf(request);
    if (report !== undefined) reports.add(report);
    if (reports.size >= MOST_REPORTS) break;
  }
  return [...reports].join('\n');
}
