import type { Logger } from '../../log.js';
import type { EventCounters } from './eventCounters.js';
import type { FollowerQueue } from './followerQueue.js';
import type { JetStreamLimits } from './jetStreamLimits.js';
import type { NatsLink } from './natsLink.js';
import type { RecentIds } from './recentIds.js';

/** A follower that has not been told everything up to where live events begin for it. */
export interface Behind {
  readonly queue: FollowerQueue;
  readonly subject: string;
  /** Everything up to here it has. */
  position: number;
  /** Live events begin after this. */
  takeOver: number;
  /** When the stream was made that `position` belongs to. */
  created: string;
  /** The ids of what was read for it alone. */
  readonly ids: RecentIds;
}

/** What replays need of the stream that they read. */
export interface ReplayedStream {
  readonly name: string;
  readonly link: NatsLink;
  readonly counters: EventCounters;
  readonly limits: JetStreamLimits;
  readonly log: Logger;
  /** Aborts when the stream is not followed any more. */
  readonly signal: AbortSignal;
  /** How far live events have come. */
  readonly livePosition: number;
  /** When the stream was made, as live events know it. */
  readonly created: string | undefined;
  /** Resolves when there are live events; rejects when there will be none. */
  whenLive(): Promise<void>;
  /** Whether live events have shown that a message repeats an earlier one. */
  isRepetition(id: string, position: number): boolean;
  /** Counts and logs a message that is no valid envelope. */
  onInvalid(position: number): void;
  /** Lets live events come to a follower, held back, and sets where they begin. False where that cannot be now: it has to be read for it again first. */
  attach(behind: Behind): boolean;
  /** No live events come to it any more. */
  detach(behind: Behind): void;
}
