import type { Json } from '../compile/jsonOutput.js';
import type { Identity } from '../identity/identity.js';
import type { Operation } from '../operation/operation.js';
import type { DisclosedEntity, RequestContext } from '../requestContext.js';

/** A subscription that a client asks for. */
export interface SubscriptionRequest {
  /** Of type subscription. */
  readonly operation: Operation;
  /** The text and name that the operation was found by: it is found anew when the supergraph changes. */
  readonly text: string;
  /** The id in the subscriber's manifest that it was asked for by. Where a later manifest has it not any more, what runs goes on by its text. */
  readonly persisted?: string | undefined;
  readonly name: string | undefined;
  /** Checked by the operation's `checkVariables`. */
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Pick<RequestContext, 'requestId' | 'identity' | 'headers' | 'address' | 'keyPrefix'>;
  /** The cursor that the transport itself has been given (SSE's `Last-Event-ID`): wins over the field's argument `after`. */
  readonly after: string | undefined;
  /** Called with each payload that has personal data in it, when it is taken for this subscriber. */
  readonly onDisclosed?: ((disclosed: readonly DisclosedEntity[], codes: readonly string[]) => void) | undefined;
}

/** One payload, written. */
export interface LivePayload {
  /** `{"data": …, "errors": …, "extensions": {"cursor": …}}` */
  readonly json: Json;
  /** Where to go on after it; undefined where the source of the events has no cursors. */
  readonly cursor: string | undefined;
  readonly codes: readonly string[];
  /** When the event happened, in milliseconds since 1970; undefined where it is not known, and of replayed events. */
  readonly occurredAt: number | undefined;
  /** The personal data in it. */
  readonly disclosed?: readonly DisclosedEntity[] | undefined;
}

/**
 * Why a subscription ends that neither its client nor its source has ended.
 * - SLOW_CONSUMER: its client reads too slowly. Close the connection in a way that makes the client come again (WebSocket 4513).
 * - GOING_AWAY: this process ends (WebSocket 1012).
 * - INTERRUPTED: the source was lost, or an event could not be completed; coming again with the last cursor loses nothing (WebSocket 4513).
 * - SUBSCRIPTION_INVALID: the operation does not fit the new supergraph: a final error for the client, with `errors` in its text.
 */
export type EndReason = 'SLOW_CONSUMER' | 'GOING_AWAY' | 'INTERRUPTED' | 'SUBSCRIPTION_INVALID';

/** Thrown by `LiveSubscription.payloads`. */
export class SubscriptionEnded extends Error {
  override readonly name = 'SubscriptionEnded';

  constructor(
    readonly reason: EndReason,
    message: string,
  ) {
    super(message);
  }
}

/** A subscription that runs. */
export interface LiveSubscription {
  /** Where it begins: a client that comes again with this cursor has missed nothing. Undefined where the source has no cursors. */
  readonly cursor: string | undefined;
  /**
   * The payloads, in order, to be taken one after another: the next is taken when the one before has been handed to the client's socket, so that what a slow client does not read waits here, within bounds. Ends when the
   * source ends; throws `SubscriptionEnded`. Leaving it (`return`) ends the subscription.
   */
  readonly payloads: AsyncIterableIterator<LivePayload>;
}

/**
 * Starts a subscription. Rejects with `RequestRefused`: TOO_MANY_SUBSCRIPTIONS, INVALID_CURSOR, EVENTS_UNAVAILABLE, or as `Operation.variantFor` does; with `SubscriptionEnded` GOING_AWAY or INTERRUPTED. While the source
 * cannot be reached it waits, until `signal` says that the client is not there any more.
 */
export type Subscribe = (request: SubscriptionRequest, signal: AbortSignal) => Promise<LiveSubscription>;

/** Who is connected: transports ask before they take a connection, and tell when it is over. */
export interface ConnectionLimits {
  /** Takes a connection of an identity; undefined where there are too many, of it or of all. Call the result once when the connection is over. */
  enter(identity: Identity): (() => void) | undefined;
}
