import type { Logger } from '../../log.js';
import type { StreamEvent, StreamFollower } from '../eventStreams.js';
import type { EventCounters } from './eventCounters.js';
import type { RecentIds } from './recentIds.js';

/** An event, or the position before which events are gone. */
type Item = StreamEvent | number;

/** For how many positions after a replay it is looked whether a live event repeats one of the replay. */
const SEAM = 10_000;

export interface FollowerQueueOptions {
  readonly follower: StreamFollower;
  /** Items that wait, at most. */
  readonly most: number;
  readonly counters: EventCounters;
  readonly log: Logger;
  /** Called before an event is handed over, which waits for what it answers. */
  readonly before?: ((position: number) => Promise<void> | undefined) | undefined;
  /** Called once, when nothing more can come: stopped or lost. */
  readonly onEnd: () => void;
}

/**
 * What comes for one follower, handed over one after another. Its states:
 * - waiting to begin: `follow` has not returned yet, nothing is handed over;
 * - replaying (`hold` … `goLive`): what is read from the stream is handed over, live events are held back;
 * - live: live events are handed over, at once where nothing waits;
 * - ended: stopped by its follower, or lost.
 */
export class FollowerQueue {
  readonly #options: FollowerQueueOptions;
  #waiting: Item[] = [];
  #next = 0;
  #held: Item[] | undefined;
  /** While the promise of a call is open, and before the beginning. */
  #busy = true;
  #ended = false;
  /** Live events up to here were had by the follower before it came. */
  #floor: number;
  #toldGap = 0;
  #seen: RecentIds[] = [];
  #seenUntil = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(options: FollowerQueueOptions, floor: number) {
    this.#options = options;
    this.#floor = floor;
  }

  get ended(): boolean {
    return this.#ended;
  }

  begin(): void {
    this.#busy = false;
    this.#run();
  }

  /** A live event. */
  live(event: StreamEvent): void {
    if (this.#ended || event.position <= this.#floor) return;
    if (this.#held) {
      this.#held.push(event);
      this.#checkSize();
    } else if (!this.#isSeen(event)) {
      this.#options.counters.dispatched += 1;
      this.#push(event);
      this.#checkSize();
    }
  }

  /** Live events up to `oldest` are gone. */
  liveGap(oldest: number): void {
    if (this.#held) this.#held.push(oldest);
    else this.gap(oldest);
  }

  /** The stream is another one, or has lost its end: what was to be replayed is not asked for any more. Everything after `oldest` comes live. */
  reset(oldest: number): void {
    this.#held = undefined;
    this.#floor = 0;
    this.#toldGap = 0;
    this.#seen = [];
    this.gap(oldest);
  }

  /** A replay begins: live events are held back from now on. */
  hold(): void {
    this.#held = [];
  }

  /** Live events do not come any more: the stream is read for this follower alone until `hold`. */
  release(): void {
    this.#held = undefined;
  }

  /** An event of a replay. False where too much waits: it has not been taken. */
  replay(event: StreamEvent): boolean {
    if (this.#ended) return true;
    if (this.#size >= this.#options.most) return false;
    this.#options.counters.replayed += 1;
    this.#push(event);
    return true;
  }

  gap(oldest: number): void {
    if (this.#ended || (oldest <= this.#toldGap && oldest > 0)) return;
    this.#toldGap = oldest;
    this.#options.counters.gaps += 1;
    this.#push(oldest);
  }

  /** The replay is over, up to where live events begin. `seen`: the ids of what it read. */
  goLive(seen: RecentIds[], takenOverAt: number): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#seen = seen;
    this.#seenUntil = takenOverAt + SEAM;
    for (const item of held) {
      if (typeof item === 'number') this.gap(item);
      else this.live(item);
    }
  }

  /** Resolves when nothing waits, or the queue has ended. */
  drained(): Promise<void> {
    if (this.#ended || (!this.#busy && this.#next === this.#waiting.length)) return Promise.resolve();
    this.#idle ??= Promise.withResolvers();
    return this.#idle.promise;
  }

  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#waiting = [];
    this.#next = 0;
    this.#held = undefined;
    this.#idle?.resolve();
    this.#options.onEnd();
  }

  /** The follower is told, at once even where it has not finished an event, that nothing more comes. */
  lose(reason: 'slow' | 'gone'): void {
    if (this.#ended) return;
    this.stop();
    if (reason === 'slow') this.#options.counters.slow += 1;
    try {
      this.#options.follower.lost(reason);
    } catch (error) {
      this.#options.log.error({ err: error }, 'a follower failed to take that it is lost');
    }
  }

  get #size(): number {
    return this.#waiting.length - this.#next + (this.#held?.length ?? 0);
  }

  #checkSize(): void {
    if (this.#size > this.#options.most) this.lose('slow');
  }

  #isSeen({ id, position }: StreamEvent): boolean {
    if (this.#seen.length === 0) return false;
    if (position > this.#seenUntil) {
      this.#seen = [];
      return false;
    }
    // At an earlier position: a replay that was shared may have read this very message for another follower.
    const seen = this.#seen.some((ids) => (ids.positionOf(id) ?? position) < position);
    if (seen) this.#options.counters.repeated += 1;
    return seen;
  }

  #push(item: Item): void {
    this.#waiting.push(item);
    if (!this.#busy) this.#run();
  }

  #run(): void {
    const { follower } = this.#options;
    try {
      while (this.#next < this.#waiting.length) {
        const item = this.#waiting[this.#next] as Item;
        this.#next += 1;
        this.#letGo();
        this.#busy = true;
        const done = typeof item === 'number' ? follower.gap(item) : this.#handOver(item);
        if (done) {
          done.then(() => this.begin(), this.#fail);
          return;
        }
        this.#busy = false;
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  #handOver(event: StreamEvent): Promise<void> | void {
    const { follower, before } = this.#options;
    const ready = before?.(event.position);
    return ready ? ready.then(() => (this.#ended ? undefined : follower.event(event))) : follower.event(event);
  }

  /** Of what was handed over, in big steps, so that each costs little. */
  #letGo(): void {
    if (this.#next === this.#waiting.length) this.#waiting.length = 0;
    else if (this.#next === 1_024) this.#waiting.splice(0, this.#next);
    else return;
    this.#next = 0;
  }

  readonly #fail = (error: unknown): void => {
    this.#options.log.error({ err: error }, 'a follower of events failed; it is not served any more');
    this.lose('gone');
  };
}
