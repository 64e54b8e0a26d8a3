import { count, limit, milliseconds, type Values } from './values.js';

export const liveVariables = {
  LIVE_CONNECTIONS: count.default(20_000),
  LIVE_CONNECTIONS_PER_IDENTITY: count.default(100),
  SUBSCRIPTIONS_PER_CONNECTION: count.default(100),
  SUBSCRIPTIONS_PER_IDENTITY: count.default(1_000),
  SUBSCRIPTIONS: count.default(100_000),
  SUBSCRIBER_QUEUE_EVENTS: limit.default(256),
  SUBSCRIBER_QUEUE_BYTES: limit.default(1024 * 1024),
  LIVE_HEARTBEAT_MS: milliseconds.default(15_000),
};

/** Bounds of what clients follow live. */
export interface LiveLimits {
  /** WebSockets and event streams of the process, and of one identity. */
  readonly connections: number;
  readonly connectionsPerIdentity: number;
  readonly subscriptionsPerConnection: number;
  readonly subscriptionsPerIdentity: number;
  readonly subscriptions: number;
  /** What waits for one subscriber, at most; more, and it is told to come again from its cursor. */
  readonly queueEvents: number;
  readonly queueBytes: number;
  /** How often connections are looked after: one that has not answered since the last time is closed. */
  readonly heartbeatMs: number;
}

export function liveLimits(values: Values<typeof liveVariables>): LiveLimits {
  return {
    connections: values.LIVE_CONNECTIONS,
    connectionsPerIdentity: values.LIVE_CONNECTIONS_PER_IDENTITY,
    subscriptionsPerConnection: values.SUBSCRIPTIONS_PER_CONNECTION,
    subscriptionsPerIdentity: values.SUBSCRIPTIONS_PER_IDENTITY,
    subscriptions: values.SUBSCRIPTIONS,
    queueEvents: values.SUBSCRIBER_QUEUE_EVENTS,
    queueBytes: values.SUBSCRIBER_QUEUE_BYTES,
    heartbeatMs: values.LIVE_HEARTBEAT_MS,
  };
}
