import type { GraphQLFormattedError } from 'graphql';
import { type CompiledEvent, SEEN } from '../compile/compileEvent.js';
import type { CompiledSubscription } from '../compile/compilePlan.js';
import type { CompiledVariant } from '../compile/compileVariant.js';
import type { Json } from '../compile/jsonOutput.js';
import type { StreamEvent } from '../eventSource/eventStreams.js';
import { Execution } from '../execute/execution.js';
import { codesOf, internalError } from '../execute/internalError.js';
import { runFetch, takeRoot } from '../execute/runFetch.js';
import { writePart } from '../execute/writePart.js';
import type { Logger } from '../log.js';
import type { Operation } from '../operation/operation.js';
import { collectDisclosed, type DisclosedEntity, type RequestContext, takeDisclosed } from '../requestContext.js';
import type { SubgraphResponse } from '../subgraph/readReply.js';

/** What an event is executed with. */
export interface EventContext {
  readonly operation: Operation;
  readonly variant: CompiledVariant;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
  readonly log: Logger;
}

/** What came of an event. */
export type EventOutcome =
  | WrittenEvent
  /** The owner does not show the event's entity to the subscriber: nothing is told, not even that there was an event. */
  | { readonly kind: 'withheld' }
  /** A subgraph is away: to be tried again. `written`: what could be sent instead; not there where nobody could say whether the subscriber may see the event. */
  | { readonly kind: 'unfinished'; readonly written: WrittenEvent | undefined };

export interface WrittenEvent {
  readonly kind: 'written';
  readonly json: Json;
  readonly codes: readonly string[];
  /** The personal data in it. */
  readonly disclosed?: readonly DisclosedEntity[] | undefined;
}

/** The kind of the event that says that events before it cannot be had any more. */
export const GAP = 'GAP';
/** The kind of the first event for who asks where the subscription begins. */
export const START = 'START';

const PASSING = new Set(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_TIMEOUT', 'SUBGRAPH_OVERLOADED', 'SUBGRAPH_REFUSED']);

/** Whether it may be another time: a subgraph cannot be had, or says itself that the same request may succeed later (its store is away). */
function passes({ extensions }: GraphQLFormattedError): boolean {
  return PASSING.has(String(extensions?.code)) || extensions?.retryable === true;
}

/**
 * Executes an event of a stream: its entity is fetched from the owner of the field with the subscriber's own identity, so that the owner authorises the event; then the rest of the plan
 * is executed as for a query.
 */
export async function runStreamEvent(
  event: Pick<StreamEvent, 'kind' | 'entities' | 'message'>,
  compiled: CompiledEvent,
  cursor: string,
  call: EventContext,
): Promise<EventOutcome> {
  const { entityType, keyField } = compiled.source;
  const entity = event.entities.find(({ __typename }) => __typename === entityType);
  if (!entity) return { kind: 'withheld' };
  const execution = begin(call);
  const { rootName, object } = eventObject(call, event.kind, cursor, event.message);
  const entities = compiled.entities.map(({ name }) => {
    const fresh: Record<string, unknown> = { __typename: entityType, [keyField]: entity.key };
    object[name] = fresh;
    return fresh;
  });
  execution.data[rootName] = object;
  await Promise.all(compiled.entities.map(({ fetch }) => runFetch(fetch, execution)));
  if (!entities.every((each) => each[SEEN] !== undefined)) {
    return execution.errors.some(passes) ? { kind: 'unfinished', written: undefined } : { kind: 'withheld' };
  }
  return finish(execution, cursor, call);
}

/** Writes an event that is the gateway's own, about no entity: GAP or START. */
export function runOwnEvent(kind: string, cursor: string, call: EventContext): WrittenEvent {
  const execution = begin(call);
  const { rootName, object } = eventObject(call, kind, cursor, {});
  execution.data[rootName] = object;
  return write(execution, cursor, call);
}

/** Executes an event that a subgraph has sent as the response to its part of the subscription. */
export async function runSubgraphEvent(
  response: SubgraphResponse,
  cursor: string | undefined,
  call: EventContext,
): Promise<EventOutcome> {
  const execution = begin(call);
  // Kept as it is: it may have to be executed again.
  const result = { response, common: true, failure: undefined, plain: false, bytes: 0, shared: false };
  collectDisclosed(execution.context, response.disclosed);
  takeRoot(subscriptionOf(call).primary, execution, [execution.data], result);
  return finish(execution, cursor, call);
}

function begin({ variant, variables, context }: EventContext): Execution {
  const execution = new Execution({}, variables, { ...context, changed: [], disclosed: undefined }, undefined);
  execution.errors.push(...variant.errors);
  // What messages say has been through JSON.parse: whether it needs escaping is not known.
  execution.facts.plain = false;
  return execution;
}

async function finish(execution: Execution, cursor: string | undefined, call: EventContext): Promise<EventOutcome> {
  await call.variant.plan.run?.(execution);
  const passing = execution.errors.some(passes);
  const written = write(execution, cursor, call);
  return passing ? { kind: 'unfinished', written } : written;
}

function write(execution: Execution, cursor: string | undefined, { operation, variant }: EventContext): WrittenEvent {
  const { json, errors } = writePart(variant.root, execution.data, [], execution, operation, variant.introspect);
  const before = `{${errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)},`}"data":`;
  const after = `${cursor === undefined ? '' : `,"extensions":${JSON.stringify({ cursor })}`}}`;
  return {
    kind: 'written',
    json: json?.take(before, after) ?? `${before}null${after}`,
    codes: codesOf(errors),
    disclosed: takeDisclosed(execution.context),
  };
}

/** What the message says of the event: fields that it does not have are null. */
function eventObject(
  call: EventContext,
  kind: string,
  cursor: string,
  message: Readonly<Record<string, unknown>>,
): { rootName: string; object: Record<string, unknown> } {
  const { selection } = subscriptionOf(call);
  const object: Record<string, unknown> = {};
  for (const { name, field } of selection.fields) {
    if (field === 'cursor') object[name] = cursor;
    else if (field === 'kind') object[name] = kind;
    else if (field !== '__typename') object[name] = Object.hasOwn(message, field) ? message[field] : null;
  }
  return { rootName: selection.rootName, object };
}

function subscriptionOf({ variant }: EventContext): CompiledSubscription {
  if (!variant.plan.subscription) throw new Error('a plan without a subscription');
  return variant.plan.subscription;
}

/** The payload that says that an event could not be executed, by a fault of ours. */
export function faultyEvent(error: unknown, cursor: string | undefined, { context, log }: EventContext): EventOutcome {
  const fault = internalError(error, context, log);
  const extensions = cursor === undefined ? '' : `,"extensions":${JSON.stringify({ cursor })}`;
  return {
    kind: 'written',
    json: `{"errors":${JSON.stringify([fault])},"data":null${extensions}}`,
    codes: codesOf([fault]),
  };
}
