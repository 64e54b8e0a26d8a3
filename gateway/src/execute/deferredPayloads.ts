import type { GraphQLFormattedError } from 'graphql';
import type { DeferredPart } from '../compile/compilePlan.js';
import type { CompiledVariant } from '../compile/compileVariant.js';
import type { Position } from '../compile/responsePath.js';
import { isOfType } from '../compile/rewrites.js';
import type { Logger } from '../log.js';
import type { Operation } from '../operation/operation.js';
import { type DisclosedEntity, takeDisclosed } from '../requestContext.js';
import type { Execution } from './execution.js';
import { explainPlan } from './explainPlan.js';
import { codesOf, internalError } from './internalError.js';
import { writePart } from './writePart.js';

/** What follows the first part of a response: a whole payload at a time. */
export interface LaterPayload {
  readonly json: string;
  readonly codes: readonly string[];
  /** The personal data in it. */
  readonly disclosed?: readonly DisclosedEntity[] | undefined;
}

/**
 * Starts the deferred parts of an execution and gives what follows the first part of its response. They run as soon as the fetches that they depend on have been
 * merged, beside each other and beside the first part, and are sent in the order in which they become ready, each after the part that it is deferred in; their errors
 * stay in them. A part whose place is not there for the client (null, of another type, or below a null that an error has put there) sends nothing. `first`: where the
 * first part of the response has such nulls.
 */
export function startDeferred(
  operation: Operation,
  variant: CompiledVariant,
  execution: Execution,
  first: Promise<readonly Position[]>,
  log: Logger,
): AsyncIterable<LaterPayload> {
  const ready: (readonly Result[])[] = [];
  let open = 0;
  let wake = () => {};

  const start = (part: DeferredPart, above: Promise<readonly Position[]>): void => {
    open += 1;
    const sent = Promise.withResolvers<readonly Position[]>();
    run(part, above, sent.promise)
      .catch((error: unknown): Ready => {
        const fault = internalError(error, execution.context, log);
        return { results: [{ data: 'null', errors: [fault], path: [], label: part.label }], nulled: [[]] };
      })
      .then(({ results, nulled }) => {
        open -= 1;
        if (results.length > 0) ready.push(results);
        sent.resolve(nulled);
        wake();
      });
  };
  const run = async (
    part: DeferredPart,
    above: Promise<readonly Position[]>,
    sent: Promise<readonly Position[]>,
  ): Promise<Ready> => {
    await Promise.all(part.depends.map((id) => execution.whenFetched(id)));
    const own = execution.fork();
    for (const nested of part.nested) start(nested, sent);
    await part.run?.(own);
    const nulled = [...(await above)];
    const response = variant.deferred.get(part);
    if (!response) return { results: [], nulled };
    const { facts } = variant;
    const isType = (typename: string, type: string) => isOfType(typename, type, facts.subtypes);
    const results: Result[] = [];
    for (const { value, position } of placesOf(part.queryPath, own.data, isType)) {
      const path = position.map((step) =>
        typeof step === 'string' ? (operation.clientNames.get(step) ?? step) : step,
      );
      if (nulled.some((at) => startsWith(path, at))) continue;
      const written = writePart(response, value, path, own, operation);
      nulled.push(...written.nulled);
      const errors = written.errors.filter((error) => !error.path || startsWith(error.path, path));
      const data = String(written.json ?? 'null');
      // Nothing of the selection is for an object of this type, or it is all left out by conditions.
      if (data === '{}' && errors.length === 0) continue;
      results.push({ data, errors, path, label: part.label });
    }
    return { results, nulled };
  };

  for (const part of variant.plan.deferred) start(part, first);
  return payloads();

  async function* payloads(): AsyncGenerator<LaterPayload> {
    for (;;) {
      while (ready.length === 0 && open > 0) await new Promise<void>((resolve) => (wake = resolve));
      const results = ready.splice(0).flat();
      const more = open > 0;
      const incremental = results.length === 0 ? '' : `"incremental":[${results.map(written).join(',')}],`;
      const explained =
        execution.trace && !more
          ? `"extensions":${JSON.stringify({ plan: explainPlan(variant, execution.trace) })},`
          : '';
      yield {
        json: `{${incremental}${explained}"hasNext":${more}}`,
        codes: results.flatMap(({ errors }) => codesOf(errors)),
        disclosed: takeDisclosed(execution.context),
      };
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

/** What a part sends, and where there is nothing for the parts that are deferred in it. */
interface Ready {
  readonly results: readonly Result[];
  readonly nulled: readonly Position[];
}

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
