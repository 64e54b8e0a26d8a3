import { isDeepStrictEqual } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import type { OperationRequest, Outcome, Reference } from './executionResult.js';
import { withoutAliases } from './withoutAliases.js';
import { withoutConditions } from './withoutConditions.js';
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
      'The planner leaves out a field whose selections can never all be included, and gives what a field requires the condition of the field, though a field beside it is fetched with the same representation',
    avoid: (request, schema) => withoutConditions(schema, request),
  },
];

/** Whether entities are asked for `__typename` by the name of their interface after another subgraph told their type. */
function overwritesType(plan: string): boolean {
  return /=>\s*\{\s*\.\.\. on Media [^{]*\{[^}]*__typename/.test(plan.slice(plan.indexOf('service: "catalogue"') + 1));
}
