import { isDeepStrictEqual } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import type { OperationRequest, Outcome, Reference } from './outcome.js';
import { withoutAliases } from './withoutAliases.js';
import { withoutConditions } from './withoutConditions.js';
import { withoutRootFragments } from './withoutRootFragments.js';
import { withTypenames } from './withTypenames.js';

/** A fault of Apollo's planner or executor that explains why the stock executor does not answer as the reference does. */
export interface StockFault {
  readonly name: string;
  readonly reason: string;
  /** Asks for the same without what the fault is about: if that is answered right, the fault was it. */
  readonly avoid?: (request: OperationRequest, schema: GraphQLSchema) => OperationRequest;
  /** Whether an outcome is right but for this fault. */
  readonly excuses?: (stock: Outcome, reference: Reference, plan: string) => boolean;
}

const sameData = (stock: Outcome, reference: Reference) =>
  isDeepStrictEqual(JSON.parse(stock.data), JSON.parse(reference.data));

/** What the engine answers right and the stock executor does not. */
export const stockExecutorFaults: readonly StockFault[] = [
  {
    name: 'names',
    reason:
      'A name that the client took for a field is the name of another one that the plan needs as a key, as a requirement or to tell types apart, or stands for it with other arguments: the values overwrite one another',
    avoid: withoutAliases,
  },
  {
    name: 'types',
    reason:
      'An object of which the plan does not ask for __typename belongs to no union: fragments on one are left out',
    avoid: withTypenames,
  },
  {
    name: 'order',
    reason:
      'Fields stand in the order of the normalised operation, where those of a fragment can come before one that the client wrote first',
    excuses: (stock, reference) => stock.data !== reference.data && sameData(stock, reference),
  },
  {
    name: 'order of mutations',
    reason:
      'Mutations run in the order of the normalised operation, which is another one when a fragment has one of them again',
    avoid: withoutRootFragments,
  },
  {
    name: 'missing values',
    reason: 'That a value is missing in a non-null field is only told when a subgraph did not tell of another error',
    excuses: (stock, reference) =>
      sameData(stock, reference) &&
      stock.errors.length > 0 &&
      stock.errors.every((path) => reference.failures.has(path)),
  },
  {
    name: 'paths',
    reason: 'The path of an error below entities keeps the plan\'s "@" for a list, or names another item',
    excuses: (stock, reference) => sameData(stock, reference) && stock.errors.length > 0 && reference.errors.length > 0,
  },
  {
    name: 'interface objects',
    reason:
      "The type that one subgraph told is overwritten by the interface's name, which is what __typename is in a subgraph that takes the interface for an object",
    excuses: (_stock, _reference, plan) => overwritesType(plan),
  },
];

/** What is wrong with the plan, so that no executor of such plans answers it right. */
export const plannerFaults: readonly StockFault[] = [
  {
    name: 'conditions',
    reason:
      'A field of which all selections are left out is left out with them, and what a field requires is fetched under the condition of the field, though a field beside it is asked for with the same representation',
    avoid: (request, schema) => withoutConditions(schema, request),
  },
  {
    name: 'requirements of interface objects',
    reason:
      'What a field of an interface object requires is fetched for the implementations that the field is asked for, but stands in the representations of all of them',
    excuses: (_outcome, _reference, plan) => requiresOfAll(plan),
  },
];

/** Whether entities are asked for `__typename` in a subgraph that knows their interface only. */
function overwritesType(plan: string): boolean {
  return plan.split('Fetch(service: ').some((fetch) => {
    const [, output = ''] = fetch.split('=>');
    return /^"(reviews|shops)"/.test(fetch) && /\.\.\. on Media[^{]*\{\s*(\.\.\. \{\s*)?__typename/.test(output);
  });
}

/** Whether representations of all implementations have a field that was fetched for one of them. */
function requiresOfAll(plan: string): boolean {
  const [, ...fetches] = plan.split('Fetch(service: ');
  return (
    fetches.some((fetch) => /\.\.\. on Media \{[^}]*title[^}]*\}[^=]*=>/.test(fetch)) &&
    fetches.some((fetch) => /\.\.\. on (Book|Film)[^{]*\{[^}]*title/.test(fetch.split('=>').at(-1) ?? ''))
  );
}
