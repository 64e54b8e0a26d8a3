import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledVariant } from '../compile/compileVariant.js';
import type { Logger } from '../log.js';
import type { Operation } from '../operation/operation.js';
import { Cancellation } from '../requestContext.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { type EventContext, type EventOutcome, faultyEvent } from './runEvent.js';
import type { SubscriberQueue } from './subscriberQueue.js';
import { type EndReason, type LivePayload, SubscriptionEnded, type SubscriptionRequest } from './subscription.js';

/** What a subscription is executed with: exchanged as a whole when the supergraph is. */
export interface FeedOperation {
  readonly operation: Operation;
  readonly variant: CompiledVariant;
  readonly supergraph: Supergraph;
}

/** An event on its way to the subscribers. */
export interface FeedEvent {
  /** Where it stands in its stream; undefined where the source has no positions. */
  readonly position: number | undefined;
  readonly cursor: string | undefined;
  readonly occurredAt: number | undefined;
  /** Of a GAP: events go on after this position, which is before what has been told where positions begin anew. */
  readonly goesOnFrom?: number;
  run(call: EventContext): Promise<EventOutcome> | EventOutcome;
}

export interface FeedOptions {
  /** How long an event is tried again while a subgraph is away. */
  readonly retryMs: number;
  readonly counts: FeedCounts;
  readonly log: Logger;
}

/** What is counted of all feeds. */
export interface FeedCounts {
  executions: number;
  payloads: number;
  withheld: number;
  retries: number;
  slow: number;
}

interface Subscriber {
  readonly queue: SubscriberQueue;
  /** It has had everything up to here. */
  after: number;
}

/** Events of one feed that are executed at the same time; they are told in their order. */
const MOST_AT_ONCE = 8;
const FROM_THE_START = Number.NEGATIVE_INFINITY;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * One source and one execution an event, for all the subscribers who have asked for the same with the same rights. States: open → over, when the last subscriber has left or the source is
 * lost. A feed enters the supergraph that it is executed on, which is kept until the feed has moved to another.
 */
export class Feed {
  /** Where the feed has begun, and then what has been told to the subscribers. */
  position = FROM_THE_START;
  /** Whether its source has been reached, and it is known where it begins. */
  hasBegun = false;
  /** Why it is over, where it was ended for a reason. */
  endedBy: SubscriptionEnded | undefined;
  private readonly subscribers = new Set<Subscriber>();
  private readonly going = new AbortController();
  private readonly cancellation = new Cancellation();
  private underWay = 0;
  private told: Promise<void> = Promise.resolve();
  private room: PromiseWithResolvers<void> | undefined;

  constructor(
    private current: FeedOperation,
    readonly request: SubscriptionRequest,
    private readonly options: FeedOptions,
    private readonly onOver: (feed: Feed) => void,
  ) {
    current.supergraph.enter();
  }

  /** Aborted when the feed is over. */
  get signal(): AbortSignal {
    return this.going.signal;
  }

  get operation(): FeedOperation {
    return this.current;
  }

  /** Whether every event that has come has been told. */
  get isIdle(): boolean {
    return this.underWay === 0;
  }

  get size(): number {
    return this.subscribers.size;
  }

  /** Payloads that wait for subscribers. */
  get waiting(): number {
    let waiting = 0;
    for (const { queue } of this.subscribers) waiting += queue.length;
    return waiting;
  }

  /** To be called before the first event. `position`: all later events come. */
  begin(position = FROM_THE_START): void {
    this.position = position;
    this.hasBegun = true;
  }

  /** Adds a subscriber that has had everything up to a position. */
  add(queue: SubscriberQueue, after: number = FROM_THE_START): void {
    const subscriber = { queue, after };
    this.subscribers.add(subscriber);
    queue.whenLeft(() => {
      this.subscribers.delete(subscriber);
      if (this.subscribers.size === 0) this.end();
    });
  }

  /** Hands the subscribers over to another feed of the same subscription: they have had everything up to a position that the other has not passed. */
  moveTo(other: Feed, position: number): void {
    for (const { queue } of this.subscribers) other.add(queue, position);
    this.subscribers.clear();
    this.end();
  }

  /** Executes an event and tells it after those before it. Resolves when there is room for the next. */
  handle(event: FeedEvent): Promise<void> | void {
    if (this.signal.aborted) return;
    this.underWay += 1;
    const outcome = this.execute(event);
    this.told = this.told.then(() => outcome).then((result) => this.tell(event, result));
    if (this.underWay < MOST_AT_ONCE) return;
    this.room ??= Promise.withResolvers();
    return this.room.promise;
  }

  /** Passes an event over. */
  skip(position: number): void {
    if (this.isIdle) this.position = Math.max(this.position, position);
  }

  /** Ends all the subscriptions, after what has been told to them. */
  finish(reason?: EndReason, message = ''): void {
    if (reason) this.endedBy ??= new SubscriptionEnded(reason, message);
    for (const { queue } of [...this.subscribers]) queue.finish(reason, message);
    this.end();
  }

  /** Ends them after the events that are under way. */
  finishLater(): void {
    this.told = this.told.then(() => this.finish());
  }

  /** Goes on with another supergraph, unless it is over. */
  exchange(operation: FeedOperation): void {
    if (this.signal.aborted) return;
    operation.supergraph.enter();
    this.current.supergraph.leave();
    this.current = operation;
  }

  private async execute(event: FeedEvent): Promise<EventOutcome> {
    const { counts, retryMs } = this.options;
    const since = event.cursor ?? randomUUID();
    const began = performance.now();
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const call = this.call(since);
      counts.executions += 1;
      const outcome = await runOnce(event, call);
      if (outcome.kind !== 'unfinished' || this.signal.aborted) return outcome;
      if (performance.now() - began + pause > retryMs) return outcome.written ?? outcome;
      counts.retries += 1;
      await delay(pause, undefined, { signal: this.signal }).catch(() => {});
    }
  }

  /** What an event is executed with now; `since` names it: its fetches join none that began before it. */
  call(since: string): EventContext {
    const { request, current, options } = this;
    return {
      operation: current.operation,
      variant: current.variant,
      variables: request.variables,
      context: { ...request.context, cancellation: this.cancellation, since, changed: [] },
      log: options.log,
    };
  }

  private tell({ position, cursor, occurredAt, goesOnFrom }: FeedEvent, outcome: EventOutcome): void {
    this.underWay -= 1;
    this.room?.resolve();
    this.room = undefined;
    const { counts } = this.options;
    if (outcome.kind === 'unfinished') {
      this.finish('INTERRUPTED', 'A subgraph is away. Subscribe again with the last cursor.');
      return;
    }
    if (outcome.kind === 'withheld') counts.withheld += 1;
    else {
      const { json, codes, disclosed } = outcome;
      const payload: LivePayload = { json, codes, cursor, occurredAt, disclosed };
      for (const { queue, after } of [...this.subscribers]) {
        if (position !== undefined && position <= after) continue;
        counts.payloads += 1;
        if (!queue.push(payload)) counts.slow += 1;
      }
    }
    if (position !== undefined) this.position = Math.max(this.position, position);
    if (goesOnFrom !== undefined) this.goOnFrom(goesOnFrom);
  }

  private goOnFrom(position: number): void {
    if (position <= this.position) for (const subscriber of this.subscribers) subscriber.after = FROM_THE_START;
    this.position = position;
  }

  private end(): void {
    if (this.signal.aborted) return;
    this.going.abort();
    this.cancellation.cancel();
    this.current.supergraph.leave();
    this.onOver(this);
  }
}

/** Never rejects: a fault of ours is told as the event's. */
async function runOnce(event: FeedEvent, call: EventContext): Promise<EventOutcome> {
  try {
    return await event.run(call);
  } catch (error) {
    return faultyEvent(error, event.cursor, call);
  }
}
