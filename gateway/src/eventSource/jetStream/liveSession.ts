import { AckPolicy, createInbox, DeliverPolicy, type Msg, nanos, type Subscription } from 'nats';
import type { Connected } from './natsLink.js';

/** After how long the server removes a consumer that nobody listens to. */
const INACTIVE_MS = 5_000;

export interface LiveSessionOptions {
  readonly connected: Connected;
  readonly stream: string;
  /** How often the server tells that it is there. Milliseconds. */
  readonly heartbeatMs: number;
  readonly onMessage: (session: LiveSession, message: Msg) => void;
}

/** Listening to one consumer of the server. Over (`broken`) when the connection is lost, the server has been silent for too long, or whoever listens finds something missing. */
export class LiveSession {
  readonly #options: LiveSessionOptions;
  readonly #broken = new AbortController();
  readonly #subscription: Subscription;
  #held: Msg[] | undefined = [];
  #heardAt = Date.now();
  #name: string | undefined;
  /** Messages that have been taken: the server counts what it delivers. */
  delivered = 0;

  /** Listens, and holds back what comes until `release`. */
  constructor(options: LiveSessionOptions) {
    this.#options = options;
    const { nc, lost } = options.connected;
    this.#subscription = nc.subscribe(createInbox(), {
      callback: (error, message) => {
        if (error) this.break();
        else this.#receive(message);
      },
    });
    lost.addEventListener('abort', () => this.break(), { once: true, signal: this.#broken.signal });
  }

  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Makes the consumer, which begins after a position. Rejects as a request does. */
  async begin(after: number): Promise<void> {
    const { connected, stream, heartbeatMs } = this.#options;
    const { name } = await connected.manager.consumers.add(stream, {
      deliver_subject: this.#subscription.getSubject(),
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: after + 1,
      ack_policy: AckPolicy.None,
      mem_storage: true,
      num_replicas: 1,
      flow_control: true,
      idle_heartbeat: nanos(heartbeatMs),
      inactive_threshold: nanos(INACTIVE_MS),
    });
    this.#name = name;
  }

  /** Breaks when the server is silent from now on. */
  watch(): void {
    const { heartbeatMs } = this.#options;
    if (this.broken.aborted) return;
    this.#heardAt = Date.now();
    const watching = setInterval(() => {
      if (Date.now() - this.#heardAt > heartbeatMs * 2.5) this.break();
    }, heartbeatMs);
    this.broken.addEventListener('abort', () => clearInterval(watching));
  }

  /** Holds back this message, which has not been taken, and what comes after it. */
  hold(message: Msg): void {
    this.#held = [message];
  }

  /** Hands over what was held back, as far as nothing has to be held back anew, and then what comes. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const message of held) this.#receive(message);
  }

  /** Deals with a message that is none of the stream: heartbeats, and flow control, for which the server waits before it sends more. */
  obey(message: Msg): void {
    if (message.reply) message.respond();
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (stalled) this.#options.connected.nc.publish(stalled);
    const delivered = message.headers?.get('Nats-Last-Consumer');
    if (delivered && Number(delivered) > this.delivered) this.break();
  }

  break(): void {
    this.#broken.abort();
  }

  /** Listens no more and removes the consumer. Where that does not work the server removes it by itself, since nobody listens to it. */
  async end(): Promise<void> {
    this.break();
    this.#subscription.unsubscribe();
    const { connected, stream } = this.#options;
    if (this.#name === undefined || connected.nc.isClosed() || connected.lost.aborted) return;
    await connected.manager.consumers.delete(stream, this.#name).catch(() => {}); // the stream or the connection is gone
  }

  #receive(message: Msg): void {
    this.#heardAt = Date.now();
    if (this.#held) this.#held.push(message);
    else if (!this.broken.aborted) this.#options.onMessage(this, message);
  }
}
