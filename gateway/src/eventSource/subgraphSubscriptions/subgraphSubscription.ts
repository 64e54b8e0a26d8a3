import type { GraphQLFormattedError } from 'graphql';
import type { Identity } from '../../identity/identity.js';
import type { SubgraphResponse } from '../../subgraph/readReply.js';

/** How a subscription goes on where it was. Neither function may throw. */
export interface SubscriptionResume {
  /** Where the variables of the request begin already; undefined where they begin with what comes from now on. */
  readonly after: string | undefined;
  /** The cursor that an event carries, if any. */
  cursorOf(data: Readonly<Record<string, unknown>>): string | undefined;
  /** The variables that ask for what comes after a cursor. */
  variablesAfter(cursor: string): Readonly<Record<string, unknown>>;
}

/** A subscription that a subgraph is asked for. */
export interface SubgraphSubscriptionRequest {
  readonly subgraph: string;
  /** The subgraph's http(s) URL; its WebSocket is at the same with ws(s), unless another one is configured. */
  readonly url: string;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Its token travels in `connection_init`, as `{ "authorization": "Bearer …" }`, and with the upgrade request. */
  readonly identity: Identity;
  /** Header lines as the header rules give them; they travel where the token does. */
  readonly headers: string;
  /** Undefined where the subscription has no cursors: after a loss its follower is told of a gap. */
  readonly resume: SubscriptionResume | undefined;
}

/**
 * Who follows a subgraph's subscription. All but `lost` come in the order of the events, one at a time: the next call comes when the promise of the one before is
 * resolved. After `complete`, `failed` or `lost` nothing comes.
 */
export interface SubgraphSubscriptionFollower {
  /** Has data, which may be null; read as replies are. */
  next(response: SubgraphResponse): Promise<void> | void;
  /** The connection was lost and the subscription taken up again without a cursor: events may be missing here. */
  gap(): Promise<void> | void;
  /** The subgraph has ended it. */
  complete(): void;
  /** The subgraph does not serve it, and asking again would not help. */
  failed(errors: readonly GraphQLFormattedError[]): void;
  /** Too much waits for the follower (`slow`, which does not wait for a promise that is pending), or the subgraph is away for longer than the limit (`gone`). */
  lost(reason: 'slow' | 'gone'): void;
}

/** Bounds; times in milliseconds. */
export interface SubgraphSubscriptionLimits {
  readonly connectionsPerSubgraph: number;
  /** Of one message of a subgraph, in bytes. */
  readonly messageBytes: number;
  /** What waits for one follower, at most. */
  readonly waitingEvents: number;
  readonly waitingBytes: number;
  /** How long a subgraph may be away before its followers are told that it is gone. */
  readonly awayMs: number;
  /** For the upgrade, and again for the acknowledgement. */
  readonly connectTimeoutMs: number;
  /** Every so often a connection is asked whether it is still there, */
  readonly keepAliveMs: number;
  /** which has to be answered within this time. */
  readonly pongTimeoutMs: number;
  /** A connection is kept for so long after its last subscription. */
  readonly idleMs: number;
  /** A connection that has held for so long, or brought an event, counts as a success; others count as one try more. */
  readonly stableMs: number;
  /** The wait before try n is a random part of `retryBaseMs · 2ⁿ`, of `retryMostMs` at most. */
  readonly retryBaseMs: number;
  readonly retryMostMs: number;
}

export const defaultLimits: SubgraphSubscriptionLimits = {
  connectionsPerSubgraph: 5_000,
  messageBytes: 8 * 1024 * 1024,
  waitingEvents: 1_000,
  waitingBytes: 8 * 1024 * 1024,
  awayMs: 30_000,
  connectTimeoutMs: 10_000,
  keepAliveMs: 10_000,
  pongTimeoutMs: 5_000,
  idleMs: 5_000,
  stableMs: 5_000,
  retryBaseMs: 200,
  retryMostMs: 5_000,
};

/** Figures for metrics. The first two are as of now, the others have been counted since the start. */
export interface SubgraphSubscriptionStats {
  connections: number;
  subscriptions: number;
  /** Sockets that were acknowledged, */
  connected: number;
  /** those of them that were lost while subscriptions ran on them, */
  disconnected: number;
  /** and tries that did not get so far. */
  failedTries: number;
  /** Subscriptions that were taken up again. */
  resumed: number;
  events: number;
  gaps: number;
  slow: number;
  gone: number;
  failed: number;
}
