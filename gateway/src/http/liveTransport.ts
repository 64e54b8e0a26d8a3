import type { StartOptions } from '../execute/startOperation.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { ConnectionLimits, LivePayload, Subscribe } from '../subscribe/subscription.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';

/** What the ways to follow something live have in common. */
export interface LiveTransportOptions extends StartOptions {
  readonly slot: SupergraphSlot;
  readonly subscribe: Subscribe;
  readonly limits: ConnectionLimits;
  /** See `clientAddress`. */
  readonly trustedProxies?: number;
  /** How often connections are looked after: one that has not answered since the last time is closed. */
  readonly heartbeatMs: number;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Called when a payload has been handed to its client's socket. */
  readonly onDelivered?: (payload: LivePayload) => void;
}

/** Figures for metrics. */
export interface LiveStats {
  /** Open at the moment. */
  connections: number;
  /** Connections that were ended since their client did not read or answer any more. */
  unresponsive: number;
}
