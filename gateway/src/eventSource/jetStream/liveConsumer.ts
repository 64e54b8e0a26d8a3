import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, createInbox, DeliverPolicy, type Msg, nanos, type Subscription } from 'nats';
import type { Logger } from '../../log.js';
import type { EventCounters } from './counters.js';
import { deliveryOf } from './delivery.js';
import { type Connected, type NatsLink, StreamMissing } from './natsLink.js';
import type { StreamMessage } from './readEvent.js';
import { readStreamState, type StreamState } from './streamState.js';
import { untilAborted } from './untilAborted.js';

/** Sessions shorter than this are not begun again at once. */
const SHORT_SESSION_MS = 1_000;
const PAUSE_MS = 250;
/** After how long the server removes a consumer that nobody listens to. */
const INACTIVE_MS = 5_000;

export interface LiveConsumerOptions {
  readonly stream: string;
  readonly link: NatsLink;
  readonly log: Logger;
  readonly counters: EventCounters;
  /** How often the server tells that it is there. Milliseconds. */
  readonly heartbeatMs: number;
  /** For how long a stream that was deleted may come back. Milliseconds. */
  readonly goneAfterMs: number;
  onMessage(message: StreamMessage): void;
  /** Messages up to `oldest` are gone without having been delivered. `renewed`: the stream is not the one it was, or has lost its end; positions begin anew after `oldest`. */
  onGap(oldest: number, renewed: boolean): void;
  /** The stream is gone and has not come back. Nothing comes after it. */
  onGone(): void;
}

/** Listening to one consumer of the server. */
interface Session {
  readonly subscription: Subscription;
  readonly broken: AbortController;
  /** Messages that came before it was known that nothing is missing in front of them. */
  held: Msg[] | undefined;
  delivered: number;
  heardAt: number;
  name: string | undefined;
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
  #session: Session | undefined;
  #live!: PromiseWithResolvers<void>;

  constructor(options: LiveConsumerOptions) {
    this.#options = options;
    this.#renew();
    this.#running = this.#run();
  }

  /** All messages up to here have been told, all later ones will be. */
  get position(): number {
    return this.#position;
  }

  /** Whether messages come now. */
  get isLive(): boolean {
    return this.#session !== undefined && !this.#session.broken.signal.aborted;
  }

  /** When the stream was made that positions belong to. */
  get created(): string | undefined {
    return this.#created;
  }

  /** Resolves when messages come; rejects with `StreamMissing` where the stream is not there, or with the reason of `signal`. */
  whenLive(signal: AbortSignal): Promise<void> {
    return untilAborted(this.#live.promise, signal);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('closed'));
    this.#live.reject(this.#closing.signal.reason);
    this.#session?.broken.abort();
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
        await aborted(session.broken.signal);
        if (!signal.aborted) this.#renew();
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
  async #begin(connected: Connected): Promise<Session> {
    for (;;) {
      const state = await readStreamState(connected, this.#options.stream);
      // Given up meanwhile: another connection may have taken messages since, compared with which this is old.
      connected.lost.throwIfAborted();
      this.#closing.signal.throwIfAborted();
      this.#adopt(state);
      const session = this.#listen(connected);
      try {
        const { name } = await connected.manager.consumers.add(this.#options.stream, {
          deliver_subject: session.subscription.getSubject(),
          deliver_policy: DeliverPolicy.StartSequence,
          opt_start_seq: this.#position + 1,
          ack_policy: AckPolicy.None,
          mem_storage: true,
          num_replicas: 1,
          flow_control: true,
          idle_heartbeat: nanos(this.#options.heartbeatMs),
          inactive_threshold: nanos(INACTIVE_MS),
        });
        session.name = name;
        this.#options.counters.liveConsumers += 1;
        // The stream may have been made anew, or have lost messages, between the first look and the making of the consumer.
        const { created, first, last } = await readStreamState(connected, this.#options.stream);
        if (created === state.created && first <= this.#position + 1 && last >= this.#position) {
          connected.lost.throwIfAborted();
          this.#closing.signal.throwIfAborted();
          this.#start(session, connected);
          return session;
        }
      } catch (error) {
        void this.#end(session);
        throw error;
      }
      await this.#end(session);
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

  #listen({ nc, lost }: Connected): Session {
    const broken = new AbortController();
    const session: Session = {
      broken,
      held: [],
      delivered: 0,
      heardAt: Date.now(),
      name: undefined,
      subscription: nc.subscribe(createInbox(), {
        callback: (error, message) => {
          if (error) broken.abort();
          else this.#receive(session, message);
        },
      }),
    };
    lost.addEventListener('abort', () => broken.abort(), { once: true, signal: broken.signal });
    return session;
  }

  #start(session: Session, { nc }: Connected): void {
    this.#session = session;
    const { heartbeatMs } = this.#options;
    session.heardAt = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - session.heardAt > heartbeatMs * 2.5 && !nc.isClosed()) session.broken.abort();
    }, heartbeatMs);
    session.broken.signal.addEventListener('abort', () => clearInterval(watch));
    if (session.broken.signal.aborted) clearInterval(watch);
    this.#release(session);
  }

  /** Takes what was held back, as far as nothing has to be held back anew. */
  #release(session: Session): void {
    const held = session.held ?? [];
    session.held = undefined;
    for (const message of held) this.#receive(session, message);
  }

  #receive(session: Session, message: Msg): void {
    session.heardAt = Date.now();
    if (session.held) session.held.push(message);
    else this.#take(session, message);
  }

  #take(session: Session, message: Msg): void {
    if (session.broken.signal.aborted) return;
    const delivery = deliveryOf(message.reply);
    if (!delivery) {
      this.#obey(session, message);
      return;
    }
    if (delivery.count !== session.delivered + 1) {
      session.broken.abort();
      return;
    }
    if (delivery.position > this.#position + 1) {
      session.held = [message];
      void this.#examine(session, delivery.position);
      return;
    }
    session.delivered += 1;
    if (delivery.position <= this.#position) return;
    this.#position = delivery.position;
    this.#options.counters.received += 1;
    this.#options.onMessage({ subject: message.subject, data: message.data, position: delivery.position });
  }

  /** Sequences have been left out before `next`: those messages were removed one by one, or the stream let them go faster than they could be delivered, which is a gap. */
  async #examine(session: Session, next: number): Promise<void> {
    const { link, stream, onGap, log } = this.#options;
    try {
      const connected = link.current;
      if (!connected) return;
      const { first } = await readStreamState(connected, stream);
      if (session.broken.signal.aborted) return;
      const gap = first > this.#position + 1;
      this.#position = next - 1;
      if (gap) onGap(this.#position, false);
      this.#release(session);
    } catch (error) {
      log.debug({ err: error, stream }, 'a stream could not be looked at; making a new consumer');
      session.broken.abort();
    }
  }

  /** Heartbeats and flow control: the server waits for an answer before it sends more. */
  #obey(session: Session, message: Msg): void {
    if (message.reply) message.respond();
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (stalled) this.#options.link.current?.nc.publish(stalled);
    const delivered = message.headers?.get('Nats-Last-Consumer');
    if (delivered && Number(delivered) > session.delivered) session.broken.abort();
  }

  async #end(session: Session): Promise<void> {
    session.broken.abort();
    if (this.#session === session) this.#session = undefined;
    session.subscription.unsubscribe();
    const { link, stream, log } = this.#options;
    if (!session.name || !link.current) return;
    // Where it does not work the server removes it by itself, since nobody listens to it.
    await link.current.manager.consumers.delete(stream, session.name).catch((error: unknown) => {
      log.debug({ err: error, stream }, 'a consumer could not be removed');
    });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
