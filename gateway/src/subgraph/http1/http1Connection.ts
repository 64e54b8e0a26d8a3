import type { Socket } from 'node:net';
import type { ExchangeHolder, Http1Exchange, Http1Reply } from './http1Exchange.js';
import { Http1Failure } from './http1Failure.js';
import { type Http1Origin, openSocket } from './http1Origin.js';
import { keepAliveSeconds } from './responseHead.js';
import { ResponseParser } from './responseParser.js';

export interface ConnectionLimits {
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
}

/** Who opened a connection and gets it back. */
export interface ConnectionOwner {
  /** It can carry an exchange. Called within the reading of a response: the next one may be handed over at once. */
  free(connection: Http1Connection): void;
  /** It carries nothing any more. `unanswered`: an exchange to be sent once more, on a new connection. */
  gone(connection: Http1Connection, unanswered: Http1Exchange | undefined): void;
  /** Its socket is closed. */
  closed(connection: Http1Connection): void;
}

/** Up to this many bytes head and body are joined into one string and written at once. */
const MAX_JOINED_BYTES = 64 * 1024;
/** How much earlier than the server a kept connection is given up, for the time that a request is under way to it. */
const KEEP_ALIVE_MARGIN_MS = 1_000;

/*
 *   connecting ─▶ idle ◀─▶ busy ─▶ gone
 *
 * A connection is opened for an exchange, which is written as soon as it stands; when that exchange ends before, the connection goes on and becomes
 * idle. At most one exchange at a time. Whatever goes wrong, or leaves in doubt where the next response begins, ends the connection.
 */
export class Http1Connection implements ExchangeHolder {
  /** When an idle connection is to be given up, on the clock of `performance.now()`. */
  expiresAt = 0;

  private readonly socket: Socket;
  private readonly parser: ResponseParser;
  private exchange: Http1Exchange | undefined;
  private connectTimer: NodeJS.Timeout | undefined;
  private connected = false;
  private isGone = false;
  /** Whether it was idle before: then the server may have closed it just before its exchange came. */
  private kept = false;
  private keepAlive = '';
  private keepMs: number;

  constructor(
    private readonly origin: Http1Origin,
    private readonly limits: ConnectionLimits,
    private readonly owner: ConnectionOwner,
    exchange: Http1Exchange,
  ) {
    this.parser = new ResponseParser(limits.maxResponseBytes);
    this.keepMs = limits.keepAliveMs;
    this.exchange = exchange;
    exchange.holder = this;
    this.connectTimer = setTimeout(() => this.lose(new Error('no connection in time')), limits.connectTimeoutMs);
    this.socket = openSocket(
      origin,
      () => this.ready(),
      (length, bytes) => this.receive(length, bytes),
    );
    this.socket.on('error', (error) => this.lose(error));
    this.socket.on('end', () => this.endOfStream());
    this.socket.on('close', () => {
      this.lose(undefined);
      owner.closed(this);
    });
    // A waiting exchange's timer keeps the process alive, nothing else need.
    this.connectTimer.unref();
    this.socket.unref();
  }

  get isUnused(): boolean {
    return this.exchange === undefined;
  }

  /** Sends an exchange. The connection must be idle. */
  carry(exchange: Http1Exchange): void {
    this.exchange = exchange;
    exchange.holder = this;
    this.parser.begin();
    this.write(exchange.request.headers, exchange.request.body);
  }

  /** Its exchange has ended from outside. The response may still come: the connection is of no use, unless it is not yet open. */
  drop(_exchange: Http1Exchange): void {
    this.exchange = undefined;
    if (this.connected) this.destroy();
  }

  /** Ends the connection without an exchange on it. */
  destroy(): void {
    this.leave(undefined);
  }

  private ready(): void {
    if (this.isGone) return;
    clearTimeout(this.connectTimer);
    this.connected = true;
    if (this.exchange) this.carry(this.exchange);
    else this.rest();
  }

  private write(headers: string, body: string): void {
    const length = Buffer.byteLength(body);
    const head = `${this.origin.prefix}${headers}content-length: ${length}\r\n\r\n`;
    // As many bytes as characters: ASCII, which needs no encoding.
    if (length === body.length && length <= MAX_JOINED_BYTES) {
      this.socket.write(head + body, 'latin1');
      return;
    }
    this.socket.cork();
    this.socket.write(head, 'latin1');
    this.socket.write(body, 'utf8');
    this.socket.uncork();
  }

  private receive(length: number, bytes: Buffer): void {
    if (this.isGone) return;
    // Bytes that nobody asked for: what comes next on this connection would be taken for an answer.
    if (!this.exchange) {
      this.destroy();
      return;
    }
    try {
      const reply = this.parser.read(bytes, length);
      if (reply) this.finish(this.exchange, reply);
    } catch (error) {
      this.fail(error);
    }
  }

  private endOfStream(): void {
    if (!this.exchange || !this.connected) {
      this.lose(new Error('closed by the server'));
      return;
    }
    try {
      this.finish(this.exchange, this.parser.end());
    } catch (error) {
      this.lose(error);
    }
  }

  private finish(exchange: Http1Exchange, reply: Http1Reply): void {
    this.exchange = undefined;
    exchange.succeed(reply);
    // An answer before the whole request was written: the rest of it would stand before the next request.
    if (this.parser.reusable && this.socket.writableLength === 0) this.rest();
    else this.destroy();
  }

  /** Becomes idle, as long as the server keeps it. */
  private rest(): void {
    if (this.parser.keepAlive !== this.keepAlive) {
      this.keepAlive = this.parser.keepAlive;
      const seconds = keepAliveSeconds(this.keepAlive);
      this.keepMs = Math.min(this.limits.keepAliveMs, seconds * 1000 - KEEP_ALIVE_MARGIN_MS);
    }
    if (this.keepMs <= 0) {
      this.destroy();
      return;
    }
    this.expiresAt = performance.now() + this.keepMs;
    this.kept = true;
    this.owner.free(this);
  }

  /** What came is no answer that can be used. */
  private fail(error: unknown): void {
    const { exchange } = this;
    this.exchange = undefined;
    this.leave(undefined);
    exchange?.fail(error instanceof Http1Failure ? error : new Http1Failure('invalid', 'unreadable', error));
  }

  /** The connection could not be made or broke. */
  private lose(cause: unknown): void {
    if (this.isGone) return;
    const { exchange } = this;
    this.exchange = undefined;
    if (exchange && this.kept && !this.parser.started && exchange.request.repeatable && !exchange.repeated) {
      exchange.repeated = true;
      this.leave(exchange);
      return;
    }
    this.leave(undefined);
    exchange?.fail(cause instanceof Http1Failure ? cause : new Http1Failure('unreachable', undefined, cause));
  }

  private leave(unanswered: Http1Exchange | undefined): void {
    if (this.isGone) return;
    this.isGone = true;
    clearTimeout(this.connectTimer);
    this.socket.destroy();
    this.owner.gone(this, unanswered);
  }
}
