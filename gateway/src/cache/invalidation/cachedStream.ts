import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../errors/reasonOf.js';
import { createEventCounters } from '../../eventSource/jetStream/eventCounters.js';
import { defaultLimits } from '../../eventSource/jetStream/jetStreamLimits.js';
import { LiveConsumer } from '../../eventSource/jetStream/liveConsumer.js';
import { type NatsLink, StreamMissing } from '../../eventSource/jetStream/natsLink.js';
import { readEvent, type StreamMessage } from '../../eventSource/jetStream/readEvent.js';
import { readStreamState, type StreamState } from '../../eventSource/jetStream/streamState.js';
import type { Logger } from '../../log.js';
import type { Tag } from '../cacheStore.js';
import type { EventPosition, EventPositions } from '../eventPositions.js';
import { AppliedWaits } from './appliedWaits.js';

/** Who is farther behind begins anew: everything would be asked for again before all that was applied. Messages. */
const MOST_BEHIND = 10_000;
const PAUSE_MS = 50;

export interface CachedStreamOptions {
  readonly name: string;
  readonly link: NatsLink;
  readonly store: EventPositions & { readonly ready: boolean };
  /** What an event has changed. */
  readonly tagsOf: (
    subject: string,
    entities: readonly { readonly __typename: string; readonly key: string }[],
  ) => Tag[];
  /** For how long an event that is to be pushed may wait from now on. Milliseconds. */
  readonly patience: () => number;
  readonly onApplied: () => void;
  /** A message was no valid event: what it says has changed is not known, and nobody is told of it. */
  readonly onInvalid: (position: number) => void;
  /** Somebody is given an event that has not been applied. */
  readonly onPassed: () => void;
  /** Everything was voided, since it was not known what had changed. */
  readonly onRenewed: () => void;
  /** It may be current now, or not any more. */
  readonly onTurn: () => void;
  /** The stream is gone. It is not to be used again. */
  readonly onGone: () => void;
  readonly log: Logger;
}

/** A message to apply; without one, messages up to the position are missing. */
interface Item {
  /** See `#era`. */
  readonly era: number;
  /** When the stream was made that it is of. */
  readonly created: string;
  readonly position: number;
  readonly message?: StreamMessage | undefined;
}

/**
 * A stream by whose events what is kept is invalidated: all of them, in order, from where the store has heard it. States: behind (beginning, catching up, interrupted, the store does not take what happens), current. Behind it may be passed: events that have waited for long enough are pushed before they are
 * applied, until the store is back.
 */
export class CachedStream {
  readonly #options: CachedStreamOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  readonly #waits = new AppliedWaits();
  #consumer: LiveConsumer | undefined;
  #waiting: Item[] = [];
  #wake: (() => void) | undefined;
  /** Of the stream as `#consumer` knows it; -1 while it is not known. */
  #applied = -1;
  /** The last position that came. */
  #taken = -1;
  /** What was there when it came (back), or when it was not known what was there. */
  #target = Number.POSITIVE_INFINITY;
  /** Counted up when positions begin anew: what is still to be applied from before has no meaning any more. */
  #era = 0;
  /** The store has not taken what was to be applied. */
  #failing = false;
  #passed = false;
  /** Events have been pushed that may not even have come here. */
  #isDoubtful = false;

  constructor(options: CachedStreamOptions) {
    this.#options = options;
    this.#running = this.#run().catch((error: unknown) => {
      if (this.#closing.signal.aborted) return;
      if (!(error instanceof StreamMissing))
        options.log.error({ err: error, stream: options.name }, 'a stream could not be followed for what is kept');
      // Not within the constructor; where it is there (again), somebody finds it.
      options.onGone();
    });
  }

  /** Whether all that has happened is applied, and what happens will be. */
  get isCurrent(): boolean {
    const live = this.#consumer?.isLive === true;
    return live && !this.#failing && !this.#isDoubtful && this.#applied >= this.#target;
  }

  /** Resolves when the event at a position has been applied, or has waited for long enough; undefined where it has been. `created`: when the stream was made that it is of. */
  whenApplied(position: number, created: string | undefined): Promise<void> | undefined {
    if (this.#has(created, position) || this.#closing.signal.aborted) return undefined;
    const own = this.#consumer?.created;
    // Made anew, which its followers have noticed first.
    if (own !== undefined && created !== undefined && Date.parse(created) > Date.parse(own)) this.#consumer?.again();
    const left = this.#passed ? 0 : this.#options.patience();
    if (left > 0) return this.#waits.wait(created, position, left, () => this.#pass());
    this.#pass();
    return undefined;
  }

  /** The store is back: events wait again. */
  resume(): void {
    this.#passed = false;
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    this.#waits.release(() => true);
    this.#wake?.();
    await this.#consumer?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const after = await this.#begin();
    signal.throwIfAborted();
    this.#applied = after.position;
    this.#taken = after.position;
    this.#failing = false;
    const { name: stream, link, log, onTurn, onGone } = this.#options;
    this.#consumer = new LiveConsumer({
      ...{ stream, link, log, after, onGone },
      ...{ heartbeatMs: defaultLimits.heartbeatMs, goneAfterMs: defaultLimits.goneAfterMs },
      counters: createEventCounters(),
      onLive: (last) => {
        this.#target = last;
        this.#isDoubtful = false;
        // It is asked whether it is live when it is.
        setImmediate(onTurn);
      },
      onLost: onTurn,
      onMessage: (message) => this.#take(message.position, message),
      onGap: (missing, renewed) => this.#onGap(missing, renewed),
    });
    this.#release();
    while (!signal.aborted) {
      const item = this.#waiting.shift();
      if (item) await this.#apply(item);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Where to go on from: where the store has heard the stream, or its end, with nothing that was kept before being valid. */
  async #begin(): Promise<EventPosition> {
    const { name, store, onRenewed, log } = this.#options;
    const heard = await this.#stored(() => store.positionOf(name));
    // Asked afterwards: what others have heard is in it.
    const { created, first, last } = await this.#state();
    const isKnown = heard?.created === created && heard.position + 1 >= first && heard.position <= last;
    if (heard && isKnown && last - heard.position <= MOST_BEHIND) return heard;
    await this.#stored(() => store.renew({ name, created }, last));
    const cause = 'what was kept is void: it is not known what has changed since';
    log.info({ stream: name, heard: heard?.position, last }, cause);
    onRenewed();
    return { created, position: last };
  }

  #state(): Promise<StreamState> {
    const { name, link } = this.#options;
    return link.attempt('a stream', this.#closing.signal, (connected) => readStreamState(connected, name));
  }

  #has(created: string | undefined, position: number): boolean {
    const own = this.#consumer?.created;
    if (own === undefined) return false;
    if (created === undefined || created === own) return this.#applied >= position;
    // Of a stream that was there before this one: what was kept then is void once anything of this one is applied.
    return this.#applied >= 0 && Date.parse(created) < Date.parse(own);
  }

  #take(position: number, message?: StreamMessage): void {
    const isTooMuch = this.#waiting.length >= MOST_BEHIND;
    if (isTooMuch) this.#waiting = [];
    this.#taken = position;
    const created = this.#consumer?.created ?? '';
    this.#waiting.push({ era: this.#era, created, position, message: isTooMuch ? undefined : message });
    this.#wake?.();
  }

  /** Nothing is taken from the cache from now on, until it is void. */
  #onGap(missing: number, renewed: boolean): void {
    if (renewed) {
      this.#era += 1;
      this.#waiting = [];
      this.#applied = -1;
    }
    this.#target = renewed ? missing : Math.max(this.#target, missing);
    this.#take(missing);
    this.#options.onTurn();
  }

  async #apply({ era, created, position, message }: Item): Promise<void> {
    const { name, store, tagsOf, onApplied, onInvalid, onRenewed, onTurn, log } = this.#options;
    const stream = { name, created };
    const event = message && readEvent(message, false);
    if (message && !event) onInvalid(position);
    const tags = event ? tagsOf(message.subject, event.entities) : [];
    const isApplied = message !== undefined && (await this.#stored(() => store.applied(stream, position, tags)));
    if (era !== this.#era) return;
    if (!isApplied) {
      await this.#stored(() => store.renew(stream, position));
      log.warn({ stream: name, position }, 'what was kept is void: events of a stream may be missing');
      onRenewed();
      if (era !== this.#era) return;
    }
    if (event) onApplied();
    this.#applied = position;
    if (this.#failing) {
      this.#failing = false;
      this.#target = Math.max(this.#target, this.#taken);
    }
    this.#release();
    if (this.#waiting.length > 0) return;
    this.#passed = false;
    onTurn();
  }

  /** Asks the store as often as it takes; rejects when it is closed. */
  async #stored<T>(ask: () => Promise<T>): Promise<T> {
    const { name, store, onTurn, log } = this.#options;
    for (;;) {
      this.#closing.signal.throwIfAborted();
      try {
        return await ask();
      } catch (error) {
        // Where it is away it has been said.
        if (!this.#failing && store.ready)
          log.warn({ stream: name, reason: reasonOf(error) }, 'Redis could not be told of an event; trying on');
        this.#failing = true;
        onTurn();
        await delay(PAUSE_MS);
      }
    }
  }

  #release(): void {
    this.#waits.release((created, position) => this.#has(created, position));
  }

  /** An event is pushed that has not been applied. Nothing is taken from the cache until all that is there has been. */
  #pass(): void {
    const { onPassed, onTurn } = this.#options;
    onPassed();
    this.#passed = true;
    if (this.#isDoubtful) return;
    this.#isDoubtful = true;
    onTurn();
    this.#state()
      .then(({ created, last }) => {
        // Of another one it is told when messages of it come.
        if (created !== this.#consumer?.created) return;
        this.#target = Math.max(this.#target, last);
        this.#isDoubtful = false;
        onTurn();
      })
      .catch(() => {}); // closed, or the stream is not there: it stays so until it is
  }
}
