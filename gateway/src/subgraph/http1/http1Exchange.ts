import { Http1Failure } from './http1Failure.js';

export interface Http1Request {
  /**
   * Ready-made header lines, each ending in \r\n, without host, content-length and connection. The caller has checked that they hold no line breaks
   * but these. Sent as Latin-1, the character set of HTTP; a character beyond it fails the exchange with 'invalid'.
   */
  readonly headers: string;
  readonly body: string;
  /** For the whole exchange, waiting for a connection included. */
  readonly timeoutMs: number;
  /**
   * Whether sending it twice does no harm: a kept connection that turns out to be dead before any byte of the answer came is tried once more on another
   * connection.
   */
  readonly repeatable: boolean;
}

export interface Http1Reply {
  readonly status: number;
  /** '' when absent. */
  readonly contentType: string;
  /** Other headers on demand, lower-case name; undefined when absent (several values joined by ', '). */
  header(name: string): string | undefined;
  /** The body as UTF-8, without a byte order mark; what is no UTF-8 becomes U+FFFD. */
  readonly text: string;
  /** Whether the text holds no backslash: then no JSON string within needs unescaping or escaping. */
  readonly plain: boolean;
  /** Length of the body as received. */
  readonly bytes: number;
}

/** A request under way. */
export interface Exchange {
  /** Rejects with `Http1Failure` only. */
  readonly reply: Promise<Http1Reply>;
  /** Gives it up: rejects with 'aborted' and frees or destroys the connection. No effect after the end. */
  cancel(): void;
}

/** Where an unfinished exchange is: in the queue or on a connection. */
export interface ExchangeHolder {
  /** The exchange has ended from outside (time-out, cancellation): forget it. */
  drop(exchange: Http1Exchange): void;
}

/** Node's timers fire at once beyond it. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * An exchange from post to end, whichever connections carry it. One timer each: creating and clearing one costs 0.25 µs. The timer also keeps the
 * process alive until the answer is there; the sockets themselves never do.
 */
export class Http1Exchange implements Exchange {
  readonly reply: Promise<Http1Reply>;
  holder: ExchangeHolder | undefined;
  /** Whether it was already sent on a kept connection that turned out to be dead. */
  repeated = false;
  private resolve!: (reply: Http1Reply) => void;
  private reject!: (failure: Http1Failure) => void;
  private timer: NodeJS.Timeout | undefined;
  private over = false;

  constructor(readonly request: Http1Request) {
    this.reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(giveUpInTime, Math.min(request.timeoutMs, MAX_TIMER_MS), this);
  }

  succeed(reply: Http1Reply): void {
    this.end();
    this.resolve(reply);
  }

  fail(failure: Http1Failure): void {
    this.end();
    this.reject(failure);
  }

  cancel(): void {
    this.giveUp('aborted');
  }

  giveUp(reason: 'aborted' | 'timeout'): void {
    if (this.over) return;
    const holder = this.holder;
    this.fail(new Http1Failure(reason));
    holder?.drop(this);
  }

  private end(): void {
    this.over = true;
    this.holder = undefined;
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

function giveUpInTime(exchange: Http1Exchange): void {
  exchange.giveUp('timeout');
}
