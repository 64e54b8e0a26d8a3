import type { GraphQLFormattedError } from 'graphql';
import type { CompiledOperation, CompiledVariant } from '../compile/compileOperation.js';
import type { DeferredPart } from '../compile/compilePlan.js';
import type { Position } from '../compile/responsePath.js';
import { isOfType } from '../compile/rewrites.js';
import type { Logger } from '../log.js';
import type { Execution } from './execution.js';
import { codesOf, internalError } from './internalError.js';
import { writePart } from './writePart.js';

/** What follows the first part of a response: a whole payload at a time. */
export interface LaterPayload {
  readonly json: string;
  readonly codes: readonly string[];
}

/**
 * Starts the deferred parts of an execution and gives what follows the first part of its response. They run as soon as the fetches that they depend on have been
 * merged, beside each other and beside the first part, and are sent in the order in which they become ready; their errors stay in
 * them. A part whose place is not there (null, or of another type) sends nothing.
 */
export function startDeferred(
  operation: CompiledOperation,
  variant: CompiledVariant,
  execution: Execution,
  log: Logger,
): AsyncIterable<LaterPayload> {
  const ready: Results[] = [];
  let open = 0;
  let wake = () => {};

  const start = (part: DeferredPart): void => {
    open += 1;
    run(part)
      .catch((error: unknown): Results => {
        const fault = internalError(error, execution.context, log);
        return [{ data: 'null', errors: [fault], path: [], label: part.label }];
      })
      .then((results) => {
        open -= 1;
        if (results.length > 0) ready.push(results);
        wake();
      });
  };
  const run = async (part: DeferredPart): Promise<Results> => {
    await Promise.all(part.depends.map((id) => execution.whenFetched(id)));
    const own = execution.fork();
    for (const nested of part.nested) start(nested);
    await part.run?.(own);
    const response = variant.deferred.get(part);
    if (!response) return [];
    const { facts } = variant;
    const isType = (typename: string, type: string) => isOfType(typename, type, facts.subtypes);
    return placesOf(part.queryPath, own.data, isType).map(({ value, position }) => {
      const path = position.map((step) =>
        typeof step === 'string' ? (operation.clientNames.get(step) ?? step) : step,
      );
      const { json, errors } = writePart(response, value, path, own, operation);
      return {
        data: json ?? 'null',
        errors: errors.filter((error) => !error.path || startsWith(error.path, path)),
        path,
        label: part.label,
      };
    });
  };

  for (const part of variant.plan.deferred) start(part);
  return payloads();

  async function* payloads(): AsyncGenerator<LaterPayload> {
    for (;;) {
      while (ready.length === 0 && open > 0) await new Promise<void>((resolve) => (wake = resolve));
      const results = ready.splice(0).flat();
      const more = open > 0;
      const incremental = results.length === 0 ? '' : `"incremental":[${results.map(written).join(',')}],`;
      yield { json: `{${incremental}"hasNext":${more}}`, codes: results.flatMap(({ errors }) => codesOf(errors)) };
      if (!more) return;
    }
  }
}

interface Result {
  readonly data: string;
  readonly errors: readonly GraphQLFormattedError[];
  readonly path: Position;
  readonly label: string | undefined;
}
type Results = readonly Result[];

function written({ data, errors, path, label }: Result): string {
  return `{"data":${data},"path":${JSON.stringify(path)}${label === undefined ? '' : `,"label":${JSON.stringify(label)}`}${
    errors.length === 0 ? '' : `,"errors":${JSON.stringify(errors)}`
  }}`;
}

const CONDITION = '... on ';

/** The objects at a place of the operation, with their positions; lists on the way are gone through. */
function placesOf(
  queryPath: readonly string[],
  data: unknown,
  isType: (typename: string, type: string) => boolean,
): { value: object; position: Position }[] {
  const found: { value: object; position: Position }[] = [];
  const walk = (value: unknown, index: number, position: Position): void => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) walk(item, index, [...position, at]);
      return;
    }
    const step = queryPath[index];
    if (step === undefined) found.push({ value, position });
    else if (step.startsWith(CONDITION)) {
      const { __typename } = value as { __typename?: unknown };
      if (typeof __typename !== 'string' || isType(__typename, step.slice(CONDITION.length)))
        walk(value, index + 1, position);
    } else walk((value as Record<string, unknown>)[step], index + 1, [...position, step]);
  };
  walk(data, 0, []);
  return found;
}

function startsWith(path: Position, beginning: Position): boolean {
  return beginning.every((step, index) => path[index] === step);
}
