import { parse, print } from 'graphql';
import { differenceOf } from './compareOutcomes.js';
import type { OperationRequest } from './executionResult.js';
import { knownStockFaults } from './knownStockFaults.js';
import { shrinkOperation } from './shrinkOperation.js';
import type { Differential } from './startDifferential.js';

/** How the gateway's answer differs from the reference's, by the smallest operation that was found to differ. */
export function engineDifference(differential: Differential, request: OperationRequest) {
  const { engine, reference } = differential;
  return smallest(differential, request, async (each) => {
    const expected = await reference(each);
    const outcome = await engine(each);
    const difference = differenceOf(outcome, expected);
    return difference && `${difference}\nErrors: ${outcome.messages}; expected: ${expected.messages}`;
  });
}

/** How the stock executor's answer differs where none of its known faults explains it. */
export function stockDifference(supergraph: string, differential: Differential, request: OperationRequest) {
  const { stock, reference } = differential;
  return smallest(differential, request, async (each) => {
    if (!stock) return undefined;
    const expected = await reference(each);
    const outcome = await stock(each);
    const difference = differenceOf(outcome, expected);
    const occurrence = { supergraph, request: each, reference: expected, stock: outcome };
    if (difference === undefined || knownStockFaults.some((fault) => fault.explains(occurrence))) return undefined;
    return `${difference}\nErrors: ${outcome.messages}; expected: ${expected.messages}`;
  });
}

async function smallest(
  { apiSchema, explain }: Differential,
  request: OperationRequest,
  difference: (request: OperationRequest) => Promise<string | undefined>,
): Promise<string | undefined> {
  if ((await difference(request)) === undefined) return undefined;
  const found = await shrinkOperation(apiSchema, request, async (each) => (await difference(each)) !== undefined);
  return [
    print(parse(found.query)),
    JSON.stringify(found.variables),
    `gives ${await difference(found)}`,
    `Its plan: ${explain(found.query)}\n`,
  ].join('\n');
}
