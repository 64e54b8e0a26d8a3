import { parse, print } from 'graphql';
import { differenceOf } from './compareOutcomes.js';
import { plannerFaults, type StockFault, stockExecutorFaults } from './knownFaults.js';
import type { Execute, OperationRequest } from './outcome.js';
import { shrinkOperation } from './shrinkOperation.js';
import type { Differential } from './startDifferential.js';

/** How the gateway's answer differs from the reference's, by the smallest operation that was found to differ; undefined if it does not. */
export function engineDifference(differential: Differential, request: OperationRequest): Promise<string | undefined> {
  return smallest('The gateway', differential, request, async (each) => {
    const difference = await differenceBy(differential.engine, differential, each);
    if (difference === undefined) return undefined;
    // A plan that is wrong is answered wrongly by both.
    const { stock } = differential;
    if (stock && (await differenceBy(stock, differential, each)) === undefined) return difference;
    return (await isExplained(differential.engine, differential, each, plannerFaults)) ? undefined : difference;
  });
}

/** How the stock executor's answer differs where none of its known faults explains it. */
export function stockDifference(differential: Differential, request: OperationRequest): Promise<string | undefined> {
  const { stock } = differential;
  return smallest('The stock executor', differential, request, async (each) => {
    const difference = stock && (await differenceBy(stock, differential, each));
    if (difference === undefined) return undefined;
    const faults = [...plannerFaults, ...stockExecutorFaults];
    return (await isExplained(stock as Execute, differential, each, faults)) ? undefined : difference;
  });
}

async function differenceBy(run: Execute, { reference }: Differential, request: OperationRequest) {
  const expected = await reference(request);
  const outcome = await run(request);
  const difference = differenceOf(outcome, expected);
  return difference && `${difference}\nErrors: ${outcome.messages}; expected: ${expected.messages}`;
}

/** Whether the operation is answered right once what the faults are about is taken out of it. */
async function isExplained(
  run: Execute,
  { reference, apiSchema, explain }: Differential,
  request: OperationRequest,
  faults: readonly StockFault[],
): Promise<boolean> {
  const avoided = faults.flatMap(({ avoid }) => (avoid ? [avoid(request, apiSchema)] : []));
  const allAvoided = faults.reduce((each, { avoid }) => avoid?.(each, apiSchema) ?? each, request);
  for (const each of [request, ...avoided, allAvoided]) {
    const expected = await reference(each);
    const outcome = await run(each);
    if (differenceOf(outcome, expected) === undefined) return true;
    const plan = explain(each.query);
    if (faults.some(({ excuses }) => excuses?.(outcome, expected, plan))) return true;
  }
  return false;
}

async function smallest(
  who: string,
  { apiSchema, explain }: Differential,
  request: OperationRequest,
  difference: (request: OperationRequest) => Promise<string | undefined>,
): Promise<string | undefined> {
  if ((await difference(request)) === undefined) return undefined;
  const found = await shrinkOperation(apiSchema, request, async (each) => (await difference(each)) !== undefined);
  return [
    print(parse(found.query)),
    JSON.stringify(found.variables),
    `${who} gives ${await difference(found)}`,
    `Its plan: ${explain(found.query)}\n`,
  ].join('\n');
}
