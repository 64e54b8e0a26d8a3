import type { OperationResponse } from '../execute/executeOperation.js';
import { Cancellation } from '../requestContext.js';
import type { LivePayload, LiveSubscription } from '../subscribe/subscription.js';
import type { Connection } from './connection.js';
import { ReadyResult } from './readyResult.js';

/** The results of an operation, as graphql-ws takes them: the next when the one before has been written to the socket. It leaves them by `return` when the client does not want more. */
export type OperationRun = AsyncIterableIterator<ReadyResult>;

const OVER = { done: true as const, value: undefined };

/** What a query or mutation does besides giving its result. */
export interface SingleOptions {
  readonly execute: (gone: Cancellation) => Promise<OperationResponse>;
  readonly countError: (code: string) => void;
  /** Called once, when it is over: with `ok`, `partial`, `refused` or `gone`. */
  readonly ended: (outcome: string) => void;
  /** What the client gets to know of an error. */
  readonly refusal: (error: unknown) => Error;
}

/** The one result of a query or mutation. It begins when it is asked for. States: waiting → answered → over. */
export class SingleResult implements OperationRun {
  private readonly gone = new Cancellation();
  private state: 'waiting' | 'answered' | 'over' = 'waiting';
  private outcome = 'gone';
  private begun = false;

  constructor(
    private readonly connection: Connection,
    private readonly options: SingleOptions,
  ) {
    connection.operations += 1;
  }

  async next(): Promise<IteratorResult<ReadyResult>> {
    if (this.state !== 'waiting') return this.return();
    if (this.connection.isLeaving) return never();
    const { execute, countError, refusal } = this.options;
    this.connection.answering += 1;
    this.begun = true;
    try {
      const { json, codes } = await execute(this.gone);
      for (const code of codes) countError(code);
      if (this.gone.cancelled) return OVER;
      this.state = 'answered';
      this.outcome = codes.length > 0 ? 'partial' : 'ok';
      return { done: false, value: new ReadyResult(json) };
    } catch (error) {
      if (this.gone.cancelled) return OVER;
      this.outcome = 'refused';
      await this.return();
      throw refusal(error);
    }
  }

  async return(): Promise<typeof OVER> {
    if (this.state === 'over') return OVER;
    if (this.state === 'waiting') this.gone.cancel();
    this.state = 'over';
    this.connection.operations -= 1;
    this.options.ended(this.outcome);
    // In the next turn: the library sends `complete`, or the error, first.
    if (this.begun) setImmediate(() => this.connection.answered());
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** What a subscription does besides giving results. */
export interface FollowOptions {
  readonly subscribe: (signal: AbortSignal) => Promise<LiveSubscription>;
  /** Called when it has begun, before its first payload; that waits for what it promises. */
  readonly onStarted: (live: LiveSubscription) => Promise<void> | void;
  /** Called when a payload has been written to the socket. */
  readonly onDelivered: ((payload: LivePayload) => void) | undefined;
  /** What the client gets to know of an error; undefined when its connection has been closed for it. */
  readonly refusal: (error: unknown) => Error | undefined;
}

/** The payloads of a subscription. States: new → starting → running → over. */
export class Following implements OperationRun {
  private starting: AbortController | undefined = new AbortController();
  private payloads: LiveSubscription['payloads'] | undefined;
  private handed: LivePayload | undefined;
  private over = false;

  constructor(
    private readonly connection: Connection,
    private readonly options: FollowOptions,
  ) {
    connection.operations += 1;
  }

  async next(): Promise<IteratorResult<ReadyResult>> {
    if (this.connection.isLeaving) return never();
    try {
      const payloads = this.payloads ?? (await this.start());
      if (!payloads) return OVER;
      // The one before has been written when the next is asked for.
      if (this.handed) this.options.onDelivered?.(this.handed);
      this.handed = undefined;
      const { done, value } = await payloads.next();
      if (this.over) return OVER;
      if (this.connection.isLeaving) return never();
      if (done) return this.return();
      this.handed = value;
      return { done: false, value: new ReadyResult(value.json) };
    } catch (error) {
      if (this.over) return OVER;
      await this.return();
      const refusal = this.options.refusal(error);
      if (!refusal) return OVER;
      throw refusal;
    }
  }

  async return(): Promise<typeof OVER> {
    if (this.over) return OVER;
    this.over = true;
    this.connection.operations -= 1;
    this.starting?.abort();
    leave(this.payloads);
    return OVER;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private async start(): Promise<LiveSubscription['payloads'] | undefined> {
    const { signal } = this.starting ?? new AbortController();
    const live = await this.options.subscribe(signal);
    this.starting = undefined;
    if (this.over) {
      leave(live.payloads);
      return undefined;
    }
    this.payloads = live.payloads;
    await this.options.onStarted(live);
    return live.payloads;
  }
}

function leave(payloads: LiveSubscription['payloads'] | undefined): void {
  // A generator would answer only after the payload that it waits for: nobody waits for that.
  payloads?.return?.().catch(() => {});
}

/** Of a connection that is leaving: the client asks again over its next one. A new one each time, since a promise holds on to all that wait for it. */
function never(): Promise<never> {
  return new Promise(() => {});
}
