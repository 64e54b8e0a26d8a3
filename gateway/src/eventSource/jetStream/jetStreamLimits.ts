/** Bounds and times of following streams. */
export interface JetStreamLimits {
  /** What waits for one follower, at most. */
  readonly queueEvents: number;
  /** Followers that are farther from the end of the stream than this are read for one by one, however many they are. Messages. */
  readonly sharedReplay: number;
  /** Messages that are read at a time for all that share a replay, and for one follower. */
  readonly sharedBatch: number;
  readonly apartBatch: number;
  /** Followers for which is read at the same time. */
  readonly apartReads: number;
  /** How often the server tells that a live consumer is there; after 2.5 of them it is taken for lost. */
  readonly heartbeatMs: number;
  /** For how long a live consumer is kept without followers. */
  readonly lingerMs: number;
  /** For how long a stream that was deleted may come back before its followers are told. */
  readonly goneAfterMs: number;
}

export const defaultLimits: JetStreamLimits = {
  queueEvents: 10_000,
  sharedReplay: 1_000_000,
  sharedBatch: 1_000,
  apartBatch: 256,
  apartReads: 8,
  heartbeatMs: 2_000,
  lingerMs: 30_000,
  goneAfterMs: 5_000,
};
