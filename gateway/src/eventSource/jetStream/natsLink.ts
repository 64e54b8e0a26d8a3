import { setTimeout as delay } from 'node:timers/promises';
import { connect, Events, type JetStreamManager, type NatsConnection, NatsError } from 'nats';
import type { Logger } from '../../log.js';
import { untilAborted } from './untilAborted.js';

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 3_000;
/** JetStream's `err_code` for a stream that is not there. */
const STREAM_NOT_FOUND = 10_059;

/** What there is while the connection stands. */
export interface Connected {
  readonly nc: NatsConnection;
  readonly manager: JetStreamManager;
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal;
}

/** Thrown where a stream that was asked about does not exist. */
export class StreamMissing extends Error {
  override readonly name = 'StreamMissing';
}

/** A connection to NATS that is tried for ever, from the first time on: whoever needs it waits for it. */
export class NatsLink {
  readonly #url: string;
  readonly #name: string;
  readonly #log: Logger;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #up: (Connected & { readonly fail: AbortController }) | undefined;
  #next = Promise.withResolvers<Connected>();
  #nc: NatsConnection | undefined;

  constructor({ url, name, log }: { url: string; name: string; log: Logger }) {
    this.#url = url;
    this.#name = name;
    this.#log = log;
    this.#running = this.#run();
  }

  get connected(): boolean {
    return this.#up !== undefined;
  }

  /** What there is now, if the connection stands. */
  get current(): Connected | undefined {
    return this.#up;
  }

  /** Waits until the connection stands; rejects with the reason of `signal`. */
  ready(signal: AbortSignal): Promise<Connected> {
    return untilAborted(this.#up ? Promise.resolve(this.#up) : this.#next.promise, signal);
  }

  /**
   * Does something that needs NATS as often as it takes: when NATS is away, does not answer in time or refuses. Rejects with `StreamMissing`, and with the reason of `signal`. `work` must be such that
   * doing it twice does no harm.
   */
  async attempt<T>(what: string, signal: AbortSignal, work: (connected: Connected) => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const connected = await this.ready(signal);
      try {
        return await untilAborted(untilAborted(work(connected), connected.lost), signal);
      } catch (error) {
        signal.throwIfAborted();
        if (isStreamMissing(error)) throw new StreamMissing('stream not found', { cause: error });
        if (!connected.lost.aborted) this.#log.warn({ err: error, what }, 'NATS could not be asked; trying again');
      }
      await delay(pause, undefined, { signal });
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#nc?.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      const nc = await this.#connect();
      if (!nc) return;
      this.#nc = nc;
      const manager = await nc.jetstreamManager({ checkAPI: false, timeout: REQUEST_TIMEOUT_MS });
      this.#setUp({ nc, manager });
      void this.#watch({ nc, manager });
      // By `close`, or by the library, where it gives up in spite of what it was told.
      await nc.closed();
      this.#setDown();
    }
  }

  /** Does not end with the connection: the library leaves the iterator open, to be collected with it. */
  async #watch(connection: Pick<Connected, 'nc' | 'manager'>): Promise<void> {
    for await (const { type } of connection.nc.status()) {
      if (type === Events.Disconnect) this.#setDown();
      else if (type === Events.Reconnect) this.#setUp(connection);
    }
  }

  async #connect(): Promise<NatsConnection | undefined> {
    const { signal } = this.#closing;
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      try {
        const nc = await connect({
          servers: this.#url.split(','),
          name: this.#name,
          timeout: CONNECT_TIMEOUT_MS,
          maxReconnectAttempts: -1,
          reconnectTimeWait: 250,
          reconnectJitter: 250,
          pingInterval: 10_000,
          ignoreAuthErrorAbort: true,
        });
        if (!signal.aborted) return nc;
        await nc.close();
      } catch (error) {
        if (pause === FIRST_PAUSE_MS) this.#log.warn({ err: error }, 'NATS cannot be reached; trying on');
        await delay(pause, undefined, { signal }).catch(() => {}); // closed meanwhile
      }
    }
    return undefined;
  }

  #setUp(connection: Pick<Connected, 'nc' | 'manager'>): void {
    this.#setDown();
    if (connection.nc.isClosed()) return;
    const fail = new AbortController();
    this.#up = { ...connection, lost: fail.signal, fail };
    this.#next.resolve(this.#up);
    this.#log.info({ server: connection.nc.getServer() }, 'connected to NATS');
  }

  #setDown(): void {
    if (!this.#up) return;
    const { fail } = this.#up;
    this.#up = undefined;
    this.#next = Promise.withResolvers();
    fail.abort(new Error('the connection to NATS was lost'));
    if (!this.#closing.signal.aborted) this.#log.warn('the connection to NATS was lost; reconnecting');
  }
}

function isStreamMissing(error: unknown): boolean {
  return error instanceof NatsError && error.api_error?.err_code === STREAM_NOT_FOUND;
}
