import type { Json } from '../compile/jsonOutput.js';
import type { Position } from '../compile/responsePath.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Logger } from '../log.js';
import type { Operation } from '../operation/operation.js';
import { type ChangedEntity, type DisclosedEntity, type RequestContext, takeDisclosed } from '../requestContext.js';
import { changedEntities } from './changedEntities.js';
import { type LaterPayload, startDeferred } from './deferredPayloads.js';
import { Execution } from './execution.js';
import { explainPlan } from './explainPlan.js';
import { codesOf, internalError } from './internalError.js';
import { Trace } from './trace.js';
import { writePart } from './writePart.js';

export interface ExecutionRequest {
  readonly operation: Operation;
  /** Checked by the operation's `checkVariables`. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
  /** Whether `extensions.plan` is to be added. */
  readonly explain: boolean;
  /** For `extensions.cost`. */
  readonly cost?: { readonly estimated: number; readonly budget: number | undefined };
}

/** A GraphQL response, written. */
export interface OperationResponse {
  /** The response; of a deferred one its first part. */
  readonly json: Json;
  /** The codes of its errors. */
  readonly codes: readonly string[];
  /** Of an operation with deferred parts: what follows. */
  readonly later: AsyncIterable<LaterPayload> | undefined;
  /** What subgraphs say that a mutation has changed. */
  readonly changed?: readonly ChangedEntity[] | undefined;
  /** The personal data in it, of a deferred one in its first part: for records, never for clients. */
  readonly disclosed?: readonly DisclosedEntity[] | undefined;
}

/**
 * Executes an operation: the only way from a request into the graph. What goes wrong in subgraphs stands in the response's errors; a fault of our own rejects with
 * `RequestRefused` INTERNAL_SERVER_ERROR and the request id, and its cause goes to the log; so does a new operation that is not planned, with the planner's code.
 */
export async function executeOperation(request: ExecutionRequest, log: Logger): Promise<OperationResponse> {
  const { operation, variables, context, explain } = request;
  try {
    const found = operation.variantFor(variables, context.identity);
    const variant = found instanceof Promise ? await found : found;
    const execution = new Execution({}, variables, context, explain ? new Trace() : undefined);
    execution.errors.push(...variant.errors);
    const first = variant.plan.deferred.length > 0 ? Promise.withResolvers<readonly Position[]>() : undefined;
    const later = first && startDeferred(operation, variant, execution, first.promise, log);
    await variant.plan.run?.(execution);
    const { json, errors, nulled } = writePart(
      variant.root,
      execution.data,
      [],
      execution,
      operation,
      variant.introspect,
    );
    first?.resolve(nulled);
    const changed = changedEntities(context.changed);
    const extensions = {
      ...(changed.length > 0 && { changed }),
      ...(request.cost && { cost: request.cost }),
      ...(execution.trace && !later && { plan: explainPlan(variant, execution.trace) }),
    };
    const before = `{${errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)},`}"data":`;
    const after = `${Object.keys(extensions).length === 0 ? '' : `,"extensions":${JSON.stringify(extensions)}`}${later ? ',"hasNext":true' : ''}}`;
    return {
      json: json?.take(before, after) ?? `${before}null${after}`,
      codes: codesOf(errors),
      later,
      changed,
      disclosed: takeDisclosed(context),
    };
  } catch (error) {
    if (error instanceof RequestRefused) throw error;
    const fault = internalError(error, context, log);
    throw new RequestRefused('INTERNAL_SERVER_ERROR', fault.message, { cause: error, errors: [fault] });
  }
}
