import { type EndReason, type LivePayload, SubscriptionEnded, type SubscriptionRequest } from './subscription.js';

/** Bounds of what waits for a subscriber. */
export interface QueueBounds {
  readonly payloads: number;
  readonly bytes: number;
}

/**
 * What waits for one subscriber, in order and within bounds: one that does not take it in time gets what is there and is told to come again, never less than everything. States: open → ending (what waits
 * is still taken, unless the reason is that there is too much) → over.
 */
export class SubscriberQueue implements AsyncIterableIterator<LivePayload> {
  private readonly waiting: LivePayload[] = [];
  private bytes = 0;
  private end: { readonly error: SubscriptionEnded | undefined } | undefined;
  private taker: PromiseWithResolvers<IteratorResult<LivePayload>> | undefined;
  private listeners: (() => void)[] | undefined = [];

  constructor(
    private readonly bounds: QueueBounds,
    private readonly onDisclosed?: SubscriptionRequest['onDisclosed'],
  ) {}

  /** Calls the listener once, when the subscriber has gone or has been told the end; at once where it has already. */
  whenLeft(listener: () => void): void {
    if (this.listeners) this.listeners.push(listener);
    else listener();
  }

  /** Whether the subscriber has gone or has been told the end. */
  get isOver(): boolean {
    return this.listeners === undefined;
  }

  /** Payloads that have not been taken. */
  get length(): number {
    return this.waiting.length;
  }

  /** Adds a payload; false when there is no room for it, which ends the subscription. */
  push(payload: LivePayload): boolean {
    if (this.end) return true;
    if (this.taker) {
      const { resolve } = this.taker;
      this.taker = undefined;
      this.tellDisclosed(payload);
      resolve({ value: payload, done: false });
      return true;
    }
    if (this.waiting.length >= this.bounds.payloads || this.bytes + payload.json.length > this.bounds.bytes) {
      this.waiting.length = 0;
      this.finish('SLOW_CONSUMER', 'Too many events wait to be read. Subscribe again with the last cursor.');
      return false;
    }
    this.waiting.push(payload);
    this.bytes += payload.json.length;
    return true;
  }

  /** Ends the subscription once what waits has been taken; without a reason as its source ended it. */
  finish(reason?: EndReason, message = ''): void {
    if (this.end) return;
    const error = reason && new SubscriptionEnded(reason, message);
    const { taker } = this;
    this.taker = undefined;
    this.end = { error: taker ? undefined : error };
    if (!taker) return;
    this.leave();
    if (error) taker.reject(error);
    else taker.resolve({ value: undefined, done: true });
  }

  next(): Promise<IteratorResult<LivePayload>> {
    const payload = this.waiting.shift();
    if (payload) {
      this.bytes -= payload.json.length;
      this.tellDisclosed(payload);
      return Promise.resolve({ value: payload, done: false });
    }
    if (this.end) {
      const { error } = this.end;
      this.end = { error: undefined };
      this.leave();
      return error ? Promise.reject(error) : Promise.resolve({ value: undefined, done: true });
    }
    this.taker ??= Promise.withResolvers();
    return this.taker.promise;
  }

  /** The subscriber has gone. */
  return(): Promise<IteratorResult<LivePayload>> {
    this.end = { error: undefined };
    this.waiting.length = 0;
    this.taker?.resolve({ value: undefined, done: true });
    this.taker = undefined;
    this.leave();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private tellDisclosed({ disclosed, codes }: LivePayload): void {
    if (disclosed) this.onDisclosed?.(disclosed, codes);
  }

  private leave(): void {
    const { listeners } = this;
    this.listeners = undefined;
    for (const listener of listeners ?? []) listener();
  }
}
