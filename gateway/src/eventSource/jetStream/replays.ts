import { setTimeout as delay } from 'node:timers/promises';
import { arrangeReplays } from './arrangeReplays.js';
import type { Behind, ReplayedStream } from './behind.js';
import { replayApart } from './replayApart.js';
import { replayTogether } from './replayTogether.js';
import { Slots } from './slots.js';

/** Followers that come within this time share a replay. */
const GATHER_MS = 5;
/** After this time a replay is a long one, and who has come since is not kept waiting for it. */
const LONG_MS = 250;
/** Before a replay is tried again. */
const PAUSE_MS = 250;

/**
 * Brings followers from where they are to where live events begin for them. Those who are near share one reading of the stream, so that thousands who come again after a restart cost a few requests; for those who
 * are far, or too slow for the others, it is read with a filter, at their own pace, until they are near.
 */
export class Replays {
  readonly #stream: ReplayedStream;
  readonly #slots: Slots;
  readonly #waiting = new Set<Behind>();
  /** What is under way, so that `settled` can wait for it. */
  readonly #running = new Set<Promise<void>>();
  #sharing = false;
  /** Counted up when positions begin anew: what is read together since before has no effect any more. */
  #era = 0;

  constructor(stream: ReplayedStream) {
    this.#stream = stream;
    this.#slots = new Slots(stream.limits.apartReads);
  }

  /** Takes a follower whose queue holds live events back, near or far. */
  join(behind: Behind): void {
    this.#waiting.add(behind);
    if (this.#sharing) return;
    this.#sharing = true;
    this.#track(this.#share());
  }

  /** Positions begin anew, and live events have taken over for everybody whose queue held them back. */
  reset(): void {
    this.#era += 1;
    this.#waiting.clear();
  }

  /** Resolves when nothing is under way: soon after the stream's signal aborts and the queues have ended. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #share(): Promise<void> {
    const { signal } = this.#stream;
    try {
      while (this.#waiting.size > 0) {
        await delay(GATHER_MS, undefined, { signal });
        const done = this.#track(this.#shareOnce());
        const tooLong = new AbortController();
        await Promise.race([done, delay(LONG_MS, undefined, { signal: tooLong.signal }).catch(() => {})]);
        tooLong.abort();
      }
    } finally {
      // In the same turn in which nobody waits any more: whoever comes next begins anew.
      this.#sharing = false;
    }
  }

  async #shareOnce(): Promise<void> {
    const { limits, log, name, signal } = this.#stream;
    const era = this.#era;
    const isOver = () => era !== this.#era;
    const behinds = [...this.#waiting].filter(({ queue }) => !queue.ended);
    this.#waiting.clear();
    const { together, apart } = arrangeReplays(behinds, limits.sharedReplay);
    for (const behind of apart) this.#readApart(behind);
    if (together.length === 0) return;
    try {
      const slow = await replayTogether(together, this.#stream, isOver);
      for (const behind of slow) this.#readApart(behind);
    } catch (error) {
      if (signal.aborted) throw error;
      // Where the stream is missing or another one, the live consumer finds it out and resets.
      log.warn({ err: error, stream: name }, 'a replay was interrupted; going on');
      await delay(PAUSE_MS, undefined, { signal });
      if (!isOver()) for (const behind of together) this.join(behind);
    }
  }

  #readApart(behind: Behind): void {
    const stream = this.#stream;
    stream.detach(behind);
    behind.queue.release();
    const read = async () => {
      do await replayApart(behind, stream, this.#slots);
      while (!behind.queue.ended && !stream.attach(behind));
      if (!behind.queue.ended) this.join(behind);
    };
    this.#track(read());
  }

  #track(work: Promise<void>): Promise<void> {
    const { signal, log, name } = this.#stream;
    const tracked = work
      .catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error, stream: name }, 'a replay failed');
      })
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    return tracked;
  }
}
