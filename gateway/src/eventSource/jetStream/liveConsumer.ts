import { setTimeout as delay } from 'node:timers/promises';
import type { Msg } from 'nats';
import type { Logger } from '../../log.js';
import { deliveryOf } from './delivery.js';
import type { EventCounters } from './eventCounters.js';
import { LiveSession } from './liveSession.js';
import { type Connected, type NatsLink, StreamMissing } from './natsLink.js';
import type { StreamMessage } from './readEvent.js';
import { readStreamState, type StreamState } from './streamState.js';
import { untilAborted } from './untilAborted.js';

/** Sessions shorter than this are not begun again at once. */
const SHORT_SESSION_MS = 1_000;
const PAUSE_MS = 250;

export interface LiveConsumerOptions {
  readonly stream: string;
  readonly link: NatsLink;
  readonly log: Logger;
  readonly counters: EventCounters;
  /** How often the server tells that it is there. Milliseconds. */
  readonly heartbeatMs: number;
  /** For how long a stream that was deleted may come back. Milliseconds. */
  readonly goneAfterMs: number;
  /** Where it begins: after this message of a stream that was made then, as if it had been told. Else with what comes from now on. */
  readonly after?: { readonly created: string; readonly position: number };
  /** Messages come, from after `position` on; those up to `last` are there already. Called each time it becomes live, in the turn in which it does. */
  onLive?(last: number): void;
  /** It is not live any more, and tries to be. */
  onLost?(): void;
  onMessage(message: StreamMessage): void;
  /** Messages up to `oldest` are gone without having been delivered. `renewed`: the stream is not the one it was, or has lost its end; positions begin anew after `oldest`. */
  onGap(oldest: number, renewed: boolean): void;
  /** The stream is gone and has not come back. Nothing comes after it. */
  onGone(): void;
}

/**
 * Everything that comes into a stream from now on, in order, nothing missing and nothing twice. It listens to a consumer that the server keeps in memory (a session) and makes a new one, from the
 * position after the last message, whenever the connection was lost, the server has been silent for too long, or the server's count of deliveries shows that some were lost. States: beginning (`whenLive` waits), live, renewing
 * (`whenLive` waits), gone or closed.
 */
export class LiveConsumer {
  readonly #options: LiveConsumerOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #position = 0;
  #created: string | undefined;
  #session: LiveSession | undefined;
  #live!: PromiseWithResolvers<void>;

  constructor(options: LiveConsumerOptions) {
    this.#options = options;
    this.#position = options.after?.position ?? 0;
    this.#created = options.after?.created;
    this.#renew();
    this.#running = this.#run();
  }

  /** All messages up to here have been told, all later ones will be. */
  get position(): number {
    return this.#position;
  }

  /** Whether messages come now. */
  get isLive(): boolean {
    return this.#session !== undefined && !this.#session.broken.aborted;
  }

  /** When the stream was made that positions belong to. */
  get created(): string | undefined {
    return this.#created;
  }

  /** Resolves when messages come; rejects with `StreamMissing` where the stream is not there, or with the reason of `signal`. */
  whenLive(signal: AbortSignal): Promise<void> {
    return untilAborted(this.#live.promise, signal);
  }

  /** Looks at the stream again and makes a new consumer: somebody knows that it has changed. */
  again(): void {
    this.#session?.break();
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    this.#live.reject(this.#closing.signal.reason);
    this.#session?.break();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let missingSince: number | undefined;
    while (!signal.aborted) {
      const startedAt = Date.now();
      try {
        const session = await this.#options.link.attempt('live events', signal, (connected) => this.#begin(connected));
        missingSince = undefined;
        this.#live.resolve();
        await aborted(session.broken);
        if (!signal.aborted) this.#renew();
        if (!signal.aborted) this.#options.onLost?.();
        const ended = this.#end(session);
        if (signal.aborted) await ended;
      } catch (error) {
        if (signal.aborted) return;
        missingSince ??= Date.now();
        if (!(error instanceof StreamMissing)) this.#options.log.error({ err: error }, 'live events failed');
        if (this.#created === undefined || Date.now() - missingSince > this.#options.goneAfterMs) {
          this.#live.reject(error);
          this.#options.onGone();
          return;
        }
      }
      if (this.#options.link.connected && Date.now() - startedAt < SHORT_SESSION_MS) {
        await delay(PAUSE_MS, undefined, { signal }).catch(() => {}); // closed meanwhile
      }
    }
  }

  #renew(): void {
    this.#live = Promise.withResolvers();
    this.#live.promise.catch(() => {}); // where nobody waits for it
  }

  /** Makes a consumer and sees to it that it begins just after the last message, telling a gap where it cannot. */
  async #begin(connected: Connected): Promise<LiveSession> {
    const { stream, heartbeatMs, counters } = this.#options;
    const check = () => {
      // Given up meanwhile: another connection may have taken messages since, compared with which this is old.
      connected.lost.throwIfAborted();
      this.#closing.signal.throwIfAborted();
    };
    for (;;) {
      const state = await readStreamState(connected, stream);
      check();
      this.#adopt(state);
      const session = new LiveSession({ connected, stream, heartbeatMs, onMessage: this.#take });
      try {
        await session.begin(this.#position);
        counters.liveConsumers += 1;
        // The stream may have been made anew, or have lost messages, between the first look and the making of the consumer.
        const { created, first, last } = await readStreamState(connected, stream);
        check();
        if (created === state.created && first <= this.#position + 1 && last >= this.#position) {
          this.#session = session;
          this.#options.onLive?.(last);
          session.watch();
          session.release();
          return session;
        }
      } catch (error) {
        void session.end();
        throw error;
      }
      await session.end();
    }
  }

  /** Takes the stream as it is: where it begins, and whether something is missing between there and the last message. */
  #adopt({ created, first, last }: StreamState): void {
    const { onGap } = this.#options;
    const before = this.#created;
    this.#created = created;
    if (before === undefined) {
      this.#position = last;
    } else if (created !== before) {
      this.#position = first - 1;
      onGap(this.#position, true);
    } else if (last < this.#position) {
      // The server crashed before it had written its last messages: the sequences after `last` are given to others now.
      this.#position = last;
      onGap(this.#position, true);
    } else if (first > this.#position + 1) {
      this.#position = first - 1;
      onGap(this.#position, false);
    }
  }

  readonly #take = (session: LiveSession, message: Msg): void => {
    const delivery = deliveryOf(message.reply);
    if (!delivery) {
      session.obey(message);
      return;
    }
    if (delivery.count !== session.delivered + 1) {
      session.break();
      return;
    }
    if (delivery.position > this.#position + 1) {
      session.hold(message);
      void this.#examine(session, delivery.position);
      return;
    }
    session.delivered += 1;
    if (delivery.position <= this.#position) return;
    this.#position = delivery.position;
    this.#options.counters.received += 1;
    this.#options.onMessage({ subject: message.subject, data: message.data, position: delivery.position });
  };

  /** Sequences have been left out before `next`: those messages were removed one by one, or the stream let them go faster than they could be delivered, which is a gap. */
  async #examine(session: LiveSession, next: number): Promise<void> {
    const { link, stream, onGap, log } = this.#options;
    try {
      const connected = link.current;
      if (!connected) return;
      const { first } = await readStreamState(connected, stream);
      if (session.broken.aborted) return;
      const gap = first > this.#position + 1;
      this.#position = next - 1;
      if (gap) onGap(this.#position, false);
      session.release();
    } catch (error) {
      log.debug({ err: error, stream }, 'a stream could not be looked at; making a new consumer');
      session.break();
    }
  }

  async #end(session: LiveSession): Promise<void> {
    if (this.#session === session) this.#session = undefined;
    await session.end();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
