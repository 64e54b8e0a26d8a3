/** What has happened, counted from the start of the process. */
export interface EventCounters {
  /** Messages that live consumers took, whether or not somebody follows them. */
  received: number;
  /** Live events handed to followers: once for each. */
  dispatched: number;
  /** Events from before a follower came, handed to it. */
  replayed: number;
  /** Messages that somebody follows and that are no valid envelope. */
  invalid: number;
  /** Messages that had been published before, under another sequence. */
  repeated: number;
  /** Gaps told to followers. */
  gaps: number;
  /** Followers that were lost because they were too slow. */
  slow: number;
  /** Consumers made on the server: live ones, and for replays. */
  liveConsumers: number;
  replayConsumers: number;
}

/** All at zero. */
export function createEventCounters(): EventCounters {
  return {
    received: 0,
    dispatched: 0,
    replayed: 0,
    invalid: 0,
    repeated: 0,
    gaps: 0,
    slow: 0,
    liveConsumers: 0,
    replayConsumers: 0,
  };
}
