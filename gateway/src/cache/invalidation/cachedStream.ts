import { setTimeout as delay } from 'node:timers/promises';
import { createEventCounters } from '../../eventSource/jetStream/eventCounters.js';
import { defaultLimits } from '../../eventSource/jetStream/jetStreamLimits.js';
import { LiveConsumer } from '../../eventSource/jetStream/liveConsumer.js';
import type { NatsLink } from '../../eventSource/jetStream/natsLink.js';
import { readEvent, type StreamMessage } from '../../eventSource/jetStream/readEvent.js';
import { readStreamState } from '../../eventSource/jetStream/streamState.js';
import type { Logger } from '../../log.js';
import type { Tag } from '../cacheStore.js';
import type { EventPositions } from '../eventPositions.js';

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
  readonly onApplied: () => void;
  /** Everything was voided, since it was not known what had changed. */
  readonly onRenewed: () => void;
  /** It may be current now, or not any more. */
  readonly onTurn: () => void;
  /** The stream is gone. It is not to be used again. */
  readonly onGone: () => void;
  readonly log: Logger;
}

/** A message to apply, or the position before which some are missing. */
type Item = StreamMessage | { readonly missing: number };

/**
 * A stream by whose events what is kept is invalidated: all of them, in order, from where the store has heard it. States: behind (beginning, catching up, interrupted, the store away), current.
 */
export class CachedStream {
  readonly #options: CachedStreamOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #consumer: LiveConsumer | undefined;
  #waiting: Item[] = [];
  #wake: (() => void) | undefined;
  #applied = 0;
  /** What was there when it came (back). */
  #target = Number.POSITIVE_INFINITY;
  readonly #watchers: { readonly position: number; readonly resolve: () => void }[] = [];

  constructor(options: CachedStreamOptions) {
    this.#options = options;
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#closing.signal.aborted)
        options.log.error({ err: error, stream: options.name }, 'a stream could not be followed for what is kept');
    });
  }

  /** Whether all that has happened is applied, and what happens will be. */
  get isCurrent(): boolean {
    return this.#consumer?.isLive === true && this.#applied >= this.#target;
  }

  /** Resolves when the event at a position has been applied; undefined where it has been. */
  whenApplied(position: number): Promise<void> | undefined {
    if (this.#applied >= position) return undefined;
    return new Promise((resolve) => this.#watchers.push({ position, resolve }));
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    this.#wake?.();
    await this.#consumer?.close();
    await this.#running;
    for (const { resolve } of this.#watchers.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    const after = await this.#begin();
    if (signal.aborted || !after) return;
    this.#applied = after.position;
    const { name: stream, link, log, onTurn, onGone } = this.#options;
    this.#consumer = new LiveConsumer({
      ...{ stream, link, log, after },
      ...{ heartbeatMs: defaultLimits.heartbeatMs, goneAfterMs: defaultLimits.goneAfterMs },
      counters: createEventCounters(),
      onLive: (last) => {
        this.#target = last;
        onTurn();
      },
      onMessage: (message) => this.#take(message),
      onGap: (missing) => this.#take({ missing }),
      onGone,
    });
    while (!signal.aborted) {
      const item = this.#waiting.shift();
      if (item) await this.#apply(item);
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Where to go on from: where the store has heard the stream, or its end, with nothing that was kept before being valid. */
  async #begin(): Promise<{ readonly created: string; readonly position: number } | undefined> {
    const { name, link, store, onRenewed, log } = this.#options;
    const { signal } = this.#closing;
    const { created, first, last } = await link.attempt('a stream', signal, (connected) =>
      readStreamState(connected, name),
    );
    for (;;) {
      if (signal.aborted) return undefined;
      try {
        const heard = await store.positionOf(name);
        const isKnown = heard?.created === created && heard.position + 1 >= first && heard.position <= last;
        if (heard && isKnown && last - heard.position <= MOST_BEHIND) return heard;
        await store.renew({ name, created }, last);
        log.info(
          { stream: name, heard: heard?.position, last },
          'what was kept is void: it is not known what has changed since',
        );
        onRenewed();
        return { created, position: last };
      } catch {
        await delay(PAUSE_MS); // the store is away
      }
    }
  }

  #take(item: Item): void {
    this.#waiting.push(item);
    this.#wake?.();
  }

  /** As often as it takes. */
  async #apply(item: Item): Promise<void> {
    const { name, store, tagsOf, onApplied, onRenewed, onTurn, log } = this.#options;
    const position = 'missing' in item ? item.missing : item.position;
    const event = 'missing' in item ? undefined : readEvent(item, false);
    const tags = event && !('missing' in item) ? tagsOf(item.subject, event.entities) : [];
    while (!this.#closing.signal.aborted) {
      try {
        const stream = { name, created: this.#consumer?.created ?? '' };
        if ('missing' in item || !(await store.applied(stream, position, tags))) {
          await store.renew(stream, position);
          log.warn({ stream: name, position }, 'what was kept is void: events of a stream may be missing');
          onRenewed();
        }
        break;
      } catch {
        await delay(PAUSE_MS); // the store is away
      }
    }
    if (!('missing' in item)) onApplied();
    // Positions begin anew where the stream is another one.
    this.#applied = position;
    for (let index = this.#watchers.length - 1; index >= 0; index--) {
      const watcher = this.#watchers[index];
      if (!watcher || watcher.position > position) continue;
      this.#watchers.splice(index, 1);
      watcher.resolve();
    }
    if (this.#waiting.length === 0) onTurn();
  }
}
