import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../../log.js';
import type { Following, StreamEvent, StreamFollower, StreamPosition } from '../eventStreams.js';
import type { Behind, ReplayedStream } from './behind.js';
import { DispatchIndex } from './dispatchIndex.js';
import type { EventCounters } from './eventCounters.js';
import { FollowerQueue } from './followerQueue.js';
import type { JetStreamLimits } from './jetStreamLimits.js';
import { LiveConsumer } from './liveConsumer.js';
import type { NatsLink } from './natsLink.js';
import { readEvent, type StreamMessage } from './readEvent.js';
import { RecentIds } from './recentIds.js';
import { Replays } from './replays.js';
import { epochOf, gapAfter, readStreamState, type StreamState } from './streamState.js';
import { untilAborted } from './untilAborted.js';

/** Before it is looked again whether the live consumer has noticed a change. */
const PAUSE_MS = 50;
/** Invalid messages are logged at most once in this time. */
const INVALID_LOG_MS = 10_000;

/** Called before an event of a stream, made at a time, is handed to one of its followers: see `JetStreamEventsOptions`. */
export type BeforeEvent = (stream: string, position: number, created: string | undefined) => Promise<void> | undefined;

export interface FollowedStreamOptions {
  readonly name: string;
  readonly link: NatsLink;
  readonly log: Logger;
  readonly counters: EventCounters;
  readonly limits: JetStreamLimits;
  /** See `JetStreamEventsOptions`. */
  readonly before?: BeforeEvent | undefined;
  /** Nobody has followed it for a while, or it is not there any more. It is not to be used again. */
  readonly onUnused: () => void;
}

/** A stream that somebody in this process follows: one live consumer for all, and the replays of those who come from further back. */
export class FollowedStream {
  readonly #options: FollowedStreamOptions;
  readonly #closing = new AbortController();
  readonly #queues = new Map<FollowerQueue, string>();
  /** Those who get live events. */
  readonly #index = new DispatchIndex<FollowerQueue>();
  readonly #recent = new RecentIds();
  readonly #live: LiveConsumer;
  readonly #replays: Replays;
  #coming = 0;
  #linger: NodeJS.Timeout | undefined;
  #stateAsked: Promise<StreamState> | undefined;
  #invalidLoggedAt = 0;

  constructor(options: FollowedStreamOptions) {
    this.#options = options;
    const { name: stream, link, log, counters, limits } = options;
    this.#live = new LiveConsumer({
      stream,
      link,
      log,
      counters,
      heartbeatMs: limits.heartbeatMs,
      goneAfterMs: limits.goneAfterMs,
      onMessage: (message) => this.#dispatch(message),
      onGap: (oldest, renewed) => this.#tellGap(oldest, renewed),
      onGone: () => this.#end(),
    });
    this.#replays = new Replays(this.#asReplayed());
  }

  /** The subjects that are followed, one for each follower. */
  get subjects(): Iterable<string> {
    return this.#queues.values();
  }

  get followers(): number {
    return this.#queues.size;
  }

  /** See `EventStreams.follow`; rejects with `StreamMissing` where the stream is not there any more. */
  async follow(
    subject: string,
    after: StreamPosition | undefined,
    follower: StreamFollower,
    signal: AbortSignal,
  ): Promise<Following> {
    this.#coming += 1;
    clearTimeout(this.#linger);
    try {
      const state = await this.#whenKnown(after !== undefined, signal);
      // From here to the end nothing is waited for: no message comes in between.
      return this.#add(subject, after, state, follower);
    } finally {
      this.#coming -= 1;
      this.#lingerIfUnused();
    }
  }

  /** Stops everything, without a word to the followers. */
  async close(): Promise<void> {
    clearTimeout(this.#linger);
    this.#closing.abort(new Error('closed'));
    for (const queue of this.#queues.keys()) queue.stop();
    clearTimeout(this.#linger);
    await Promise.all([this.#live.close(), this.#replays.settled()]);
  }

  /** Waits until messages come, and answers, where it is asked for, how the stream is now that they do. */
  async #whenKnown(withState: boolean, signal: AbortSignal): Promise<StreamState | undefined> {
    for (;;) {
      await this.#live.whenLive(signal);
      const state = withState ? await untilAborted(this.#freshState(), signal) : undefined;
      signal.throwIfAborted();
      if (this.#live.isLive && (!state || state.created === this.#live.created)) return state;
      await delay(PAUSE_MS, undefined, { signal });
    }
  }

  /** How the stream is after this call; those who ask in the same turn share a request. */
  #freshState(): Promise<StreamState> {
    const { link, name } = this.#options;
    this.#stateAsked ??= nextTurn().then(() => {
      this.#stateAsked = undefined;
      return link.attempt('a stream', this.#closing.signal, (connected) => readStreamState(connected, name));
    });
    return this.#stateAsked;
  }

  #add(
    subject: string,
    after: StreamPosition | undefined,
    state: StreamState | undefined,
    follower: StreamFollower,
  ): Following {
    const { counters, limits, log, name, before } = this.#options;
    const takeOver = this.#live.position;
    const gap = state && after !== undefined ? gapAfter(state, after) : undefined;
    const from = gap ?? after?.position ?? takeOver;
    const queue = new FollowerQueue(
      {
        ...{ follower, counters, log },
        most: limits.queueEvents,
        before: before && ((position) => before(name, position, this.#live.created)),
        onEnd: () => this.#remove(queue),
      },
      from,
    );
    this.#queues.set(queue, subject);
    this.#index.add(subject, queue);
    if (gap !== undefined) queue.gap(gap);
    if (state && from < takeOver) {
      queue.hold();
      const { created } = state;
      this.#replays.join({ queue, subject, position: from, takeOver, created, ids: new RecentIds() });
    }
    // Not before whoever called has what is returned.
    setImmediate(() => queue.begin());
    const live = this.#live;
    return {
      from,
      get epoch() {
        return live.created === undefined ? 0 : epochOf(live.created);
      },
      stop: () => queue.stop(),
    };
  }

  #remove(queue: FollowerQueue): void {
    const subject = this.#queues.get(queue);
    if (subject === undefined) return;
    this.#queues.delete(queue);
    this.#index.remove(subject, queue);
    this.#lingerIfUnused();
  }

  #lingerIfUnused(): void {
    clearTimeout(this.#linger);
    if (this.#coming > 0 || this.#queues.size > 0 || this.#closing.signal.aborted) return;
    this.#linger = setTimeout(this.#options.onUnused, this.#options.limits.lingerMs);
  }

  #dispatch(message: StreamMessage): void {
    let event: StreamEvent | undefined;
    let read = false;
    this.#index.each(message.subject, (queue) => {
      if (!read) {
        read = true;
        event = this.#readOnce(message);
      }
      if (event) queue.live(event);
    });
  }

  #readOnce(message: StreamMessage): StreamEvent | undefined {
    const event = readEvent(message, false);
    if (!event) this.#onInvalid(message.position);
    else if (this.#recent.repeats(event.id, event.position)) {
      this.#options.counters.repeated += 1;
      return undefined;
    }
    return event;
  }

  #onInvalid(position: number): void {
    const { counters, log, name } = this.#options;
    counters.invalid += 1;
    if (Date.now() - this.#invalidLoggedAt < INVALID_LOG_MS) return;
    this.#invalidLoggedAt = Date.now();
    log.warn({ stream: name, position, invalid: counters.invalid }, 'a message is no valid event; skipped');
  }

  #tellGap(oldest: number, renewed: boolean): void {
    const { log, name } = this.#options;
    log.warn({ stream: name, oldest, renewed }, 'messages of a stream are gone; its followers are told');
    if (renewed) this.#replays.reset();
    for (const [queue, subject] of this.#queues) {
      if (!this.#index.has(subject, queue)) continue;
      if (renewed) queue.reset(oldest);
      else queue.liveGap(oldest);
    }
  }

  #end(): void {
    this.#options.log.warn({ stream: this.#options.name }, 'a stream that is followed is gone');
    for (const queue of this.#queues.keys()) queue.lose('gone');
    this.#options.onUnused();
  }

  #asReplayed(): ReplayedStream {
    const { name, link, counters, limits, log } = this.#options;
    const { signal } = this.#closing;
    const live = this.#live;
    return {
      name,
      link,
      counters,
      limits,
      log,
      signal,
      get livePosition() {
        return live.position;
      },
      get created() {
        return live.created;
      },
      whenLive: () => live.whenLive(signal),
      isRepetition: (id, position) => (this.#recent.positionOf(id) ?? position) < position,
      onInvalid: (position) => this.#onInvalid(position),
      attach: (behind: Behind) => {
        if (!live.isLive || behind.created !== live.created || behind.position > live.position) return false;
        behind.takeOver = live.position;
        behind.queue.hold();
        this.#index.add(behind.subject, behind.queue);
        return true;
      },
      detach: ({ subject, queue }: Behind) => this.#index.remove(subject, queue),
    };
  }
}
