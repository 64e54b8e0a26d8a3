import { setTimeout as delay } from 'node:timers/promises';
import type { Behind, ReplayedStream } from './behind.js';
import { replayApart } from './replayApart.js';
import { replayTogether } from './replayTogether.js';
import { Slots } from './slots.js';

/** What making a consumer, asking it and removing it costs, in messages read without a filter: about 1 ms against 3 µs. */
const APART_COST = 300;
/** Followers that come within this time share a replay. */
const GATHER_MS = 5;
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
    try {
      while (this.#waiting.size > 0) {
        await delay(GATHER_MS, undefined, { signal: this.#stream.signal });
        await this.#shareOnce();
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
    const { together, apart } = arrange(behinds, limits.sharedReplay);
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
      if (!isOver()) for (const behind of together) this.#waiting.add(behind);
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

  #track(work: Promise<void>): void {
    const { signal, log, name } = this.#stream;
    const tracked = work
      .catch((error: unknown) => {
        if (!signal.aborted) log.error({ err: error, stream: name }, 'a replay failed');
      })
      .finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
  }
}

/** Who is read for together: the nearest, as many as it is cheaper for than one by one. */
export function arrange(behinds: readonly Behind[], most: number): { together: Behind[]; apart: Behind[] } {
  const nearestFirst = behinds.toSorted((one, other) => other.position - one.position);
  const end = Math.max(...behinds.map(({ takeOver }) => takeOver));
  let count = 0;
  let least = APART_COST * nearestFirst.length;
  for (const [position, behind] of nearestFirst.entries()) {
    const distance = end - behind.position;
    const cost = distance + APART_COST * (nearestFirst.length - position - 1);
    if (distance > most || cost > least) continue;
    least = cost;
    count = position + 1;
  }
  return { together: nearestFirst.slice(0, count), apart: nearestFirst.slice(count) };
}
