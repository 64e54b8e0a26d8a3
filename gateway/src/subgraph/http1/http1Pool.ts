import { Http1Connection } from './http1Connection.js';
import { type Exchange, type ExchangeHolder, Http1Exchange, type Http1Request } from './http1Exchange.js';
import { Http1Failure, type Http1FailureReason } from './http1Failure.js';
import { type Http1Origin, http1Origin } from './http1Origin.js';

export type { Exchange, Http1Reply, Http1Request } from './http1Exchange.js';
export { Http1Failure, type Http1FailureReason } from './http1Failure.js';

export interface Http1PoolOptions {
  /** At most, to this origin. */
  readonly connections: number;
  /** Requests waiting for a connection at most; further ones fail with 'overloaded'. */
  readonly queued: number;
  /** How long an idle connection is kept; the server's `keep-alive: timeout=N` (minus 1 s) shortens it. */
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
  /** Of the body; more fails with 'too-large' and the connection is destroyed. */
  readonly maxResponseBytes: number;
  /** Certificate authorities (PEM) instead of the built-in ones. */
  readonly ca?: string;
}

const BEYOND_LATIN_1 = /[^\0-\xff]/;

/**
 * Kept-alive connections to one URL, to which it posts. One exchange at a time a connection; the connection used last is used next, so that surplus
 * ones grow old and go; requests wait for a free connection in the order in which they came.
 *
 * Of our own rather than undici, whose request() takes 28 µs of processor time for a response of 70 bytes and 101 µs for one of 87 kB, where this takes 9
 * and 23 (Node 24, 50 at a time, the server on another core). It knows only POST, writes a request as one string and reads a response where it lies in the
 * receive buffer, without streams, header objects and signals between.
 */
export class Http1Pool {
  private readonly origin: Http1Origin;
  private readonly connections = new Set<Http1Connection>();
  private readonly idle: Http1Connection[] = [];
  private readonly queue: Http1Exchange[] = [];
  private readonly queueHolder: ExchangeHolder = { drop: (exchange) => removeFrom(this.queue, exchange) };
  private readonly owner = {
    free: (connection: Http1Connection) => this.take(connection),
    gone: (connection: Http1Connection, unanswered: Http1Exchange | undefined) => this.replace(connection, unanswered),
    closed: () => this.countClosed(),
  };
  /** Sockets not yet closed: they outlive their connections by a moment. */
  private sockets = 0;
  private sweeper: NodeJS.Timeout | undefined;
  private closing: PromiseWithResolvers<void> | undefined;

  /** Path and query of the URL are the target. Throws a TypeError for other protocols than http: and https:. */
  constructor(
    url: URL,
    private readonly options: Http1PoolOptions,
  ) {
    this.origin = http1Origin(url, options.ca);
  }

  /** For metrics. `idle` is part of `connections`. */
  get stats(): { readonly connections: number; readonly idle: number; readonly queued: number } {
    return { connections: this.connections.size, idle: this.idle.length, queued: this.queue.length };
  }

  /** Sends a request as soon as there is a connection for it. Never throws: whatever goes wrong rejects the reply with an `Http1Failure`. */
  post(request: Http1Request): Exchange {
    if (this.closing) return refused('aborted', 'the pool is closed');
    if (BEYOND_LATIN_1.test(request.headers)) return refused('invalid', 'a header holds a character beyond Latin-1');
    const connection = this.takeIdle();
    if (!connection && !this.hasRoom && this.queue.length >= this.options.queued) {
      return refused('overloaded', `${this.queue.length} requests are waiting`);
    }
    const exchange = new Http1Exchange(request);
    if (connection) connection.carry(exchange);
    else if (this.hasRoom) this.open(exchange);
    else {
      exchange.holder = this.queueHolder;
      this.queue.push(exchange);
    }
    return exchange;
  }

  /** Ends idle connections now, others after their exchange; resolves when all are closed. New posts fail with 'aborted'. */
  close(): Promise<void> {
    if (!this.closing) {
      this.closing = Promise.withResolvers();
      clearTimeout(this.sweeper);
      for (const connection of [...this.connections]) if (connection.isUnused) connection.destroy();
      this.settleClosing();
    }
    return this.closing.promise;
  }

  private get hasRoom(): boolean {
    return this.connections.size < this.options.connections;
  }

  private open(exchange: Http1Exchange): void {
    this.sockets++;
    this.connections.add(new Http1Connection(this.origin, this.options, this.owner, exchange));
  }

  private takeIdle(): Http1Connection | undefined {
    if (this.idle.length === 0) return undefined;
    // The sweeper is late when the process was busy, which is when the server has given up as well.
    const now = performance.now();
    for (let connection = this.idle.pop(); connection; connection = this.idle.pop()) {
      if (connection.expiresAt > now) return connection;
      connection.destroy();
    }
    return undefined;
  }

  private take(connection: Http1Connection): void {
    const next = this.queue.shift();
    if (next) connection.carry(next);
    else if (this.closing) connection.destroy();
    else {
      this.idle.push(connection);
      if (!this.sweeper) this.sweepAt(connection.expiresAt);
    }
  }

  private replace(connection: Http1Connection, unanswered: Http1Exchange | undefined): void {
    this.connections.delete(connection);
    removeFrom(this.idle, connection);
    // On a new connection: the other idle ones may have died in the same moment.
    const next = unanswered ?? this.queue.shift();
    if (next) this.open(next);
  }

  private countClosed(): void {
    this.sockets--;
    this.settleClosing();
  }

  private settleClosing(): void {
    if (this.sockets === 0) this.closing?.resolve();
  }

  /** One timer a pool rather than one a connection, which every exchange would have to set and clear. */
  private sweepAt(time: number): void {
    this.sweeper = setTimeout(() => this.sweep(), Math.max(1, time - performance.now() + 1));
    this.sweeper.unref();
  }

  private sweep(): void {
    this.sweeper = undefined;
    const now = performance.now();
    for (const connection of [...this.idle]) if (connection.expiresAt <= now) connection.destroy();
    if (this.idle.length > 0) this.sweepAt(Math.min(...this.idle.map((connection) => connection.expiresAt)));
  }
}

function refused(reason: Http1FailureReason, detail: string): Exchange {
  return { reply: Promise.reject(new Http1Failure(reason, detail)), cancel: () => {} };
}

function removeFrom<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index !== -1) list.splice(index, 1);
}
