import type { LiveLimits } from '../config/live.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { EventStreams, StreamPosition } from '../eventSource/eventStreams.js';
import { untilAborted } from '../eventSource/jetStream/untilAborted.js';
import type { SubgraphSubscriptions } from '../eventSource/subgraphSubscriptions/subgraphSubscriptions.js';
import { type Identity, identityKey } from '../identity/identity.js';
import { Occupancy } from '../identity/occupancy.js';
import type { Logger } from '../log.js';
import type { HeaderRules } from '../subgraph/headerRules.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import type { Cursors } from './cursors.js';
import { subjectOf } from './eventScope.js';
import { Feed, type FeedCounts, type FeedOperation } from './feed.js';
import { type StreamCounts, type StreamScope, StreamSource } from './streamSource.js';
import { SubgraphSource } from './subgraphSource.js';
import { SubscriberQueue } from './subscriberQueue.js';
import { type LiveSubscription, SubscriptionEnded, type SubscriptionRequest } from './subscription.js';

export interface SubscriptionsOptions {
  readonly slot: SupergraphSlot;
  /** Undefined where the gateway is connected to none. */
  readonly streams: EventStreams | undefined;
  readonly cursors: Cursors;
  readonly limits: LiveLimits;
  readonly subgraphSubscriptions: SubgraphSubscriptions;
  /** Subscriptions that differ in a header that they read are not the same. */
  readonly headerRules: HeaderRules;
  /** How long an event is tried again while a subgraph is away. */
  readonly retryMs: number;
  readonly log: Logger;
}

/** What `after` is for a subscription that begins now and wants to know where that is. */
const NOW = '';

/**
 * The subscriptions that run in this process. Those of the same operation, variables, identity and forwarded headers share a feed; one that comes again from a cursor has a feed of its own until it has caught up. States:
 * running → closing (nothing new begins).
 */
export class Subscriptions {
  readonly counts: FeedCounts & StreamCounts = {
    executions: 0,
    payloads: 0,
    withheld: 0,
    retries: 0,
    slow: 0,
    events: 0,
    replayed: 0,
    gaps: 0,
  };
  /** All feeds, and those that others join. */
  private readonly feeds = new Set<Feed>();
  private readonly shared = new Map<string, Shared>();
  private readonly fromSubgraphs = new Map<string, Feed>();
  private readonly occupancy: Occupancy;
  private closing = false;

  constructor(private readonly options: SubscriptionsOptions) {
    const { subscriptions, subscriptionsPerIdentity } = options.limits;
    this.occupancy = new Occupancy({ all: subscriptions, perPerson: subscriptionsPerIdentity });
    options.slot.onReplaced((supergraph) => this.moveTo(supergraph));
  }

  get stats(): { readonly subscriptions: number; readonly sources: number; readonly waiting: number } {
    let waiting = 0;
    let subscriptions = 0;
    for (const feed of this.feeds) {
      waiting += feed.waiting;
      if (feed.hasBegun) subscriptions += feed.size;
    }
    return { subscriptions, sources: this.feeds.size, waiting };
  }

  /** See `Subscribe`. */
  async subscribe(request: SubscriptionRequest, signal: AbortSignal): Promise<LiveSubscription> {
    if (this.closing) throw goingAway();
    const leave = this.enter(request.context.identity);
    const { queueEvents: payloads, queueBytes: bytes } = this.options.limits;
    const queue = new SubscriberQueue({ payloads, bytes }, request.onDisclosed);
    queue.whenLeft(leave);
    const onAbort = () => void queue.return();
    signal.addEventListener('abort', onAbort, { once: true });
    queue.whenLeft(() => signal.removeEventListener('abort', onAbort));
    try {
      const cursor = await this.begin(request, queue, signal);
      return { cursor, payloads: queue };
    } catch (error) {
      await queue.return();
      throw error;
    }
  }

  /** Ends all subscriptions: their clients are told to come again elsewhere. */
  close(): void {
    this.closing = true;
    for (const feed of [...this.feeds]) feed.finish('GOING_AWAY', 'This process is about to end.');
  }

  /** Gives the cursor of where the subscription begins. */
  private async begin(
    request: SubscriptionRequest,
    queue: SubscriberQueue,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    for (;;) {
      const supergraph = this.options.slot.current;
      if (!supergraph) throw goingAway();
      let beginning: Beginning | undefined;
      // Until a feed has entered it.
      supergraph.enter();
      try {
        const operation = await operationIn(supergraph, request);
        signal.throwIfAborted();
        // Another that has taken over meanwhile has moved the feeds that there were, and knows of no later one.
        if (this.options.slot.current === supergraph && !this.closing) beginning = this.join(request, operation, queue);
      } finally {
        supergraph.leave();
      }
      if (beginning) {
        const { cursor } = beginning;
        return cursor instanceof Promise ? untilAborted(cursor, signal) : cursor;
      }
      if (this.closing) throw goingAway();
    }
  }

  /** Adds a subscriber to a feed, a new one where there is none that it can join. */
  private join(given: SubscriptionRequest, operation: FeedOperation, queue: SubscriberQueue): Beginning {
    const request = sharedRequest(given, operation);
    if (operation.variant.plan.subscription?.event)
      return { cursor: this.joinStream(request, operation, queue, given.context.identity) };
    this.joinSubgraph(request, operation, queue);
    return { cursor: undefined };
  }

  private joinStream(
    request: SubscriptionRequest,
    operation: FeedOperation,
    queue: SubscriberQueue,
    caller: Identity,
  ): Promise<string> | string {
    const { key, after, scope, announced } = this.describe(request, operation, caller);
    if (after !== undefined) {
      const { feed, source, start } = this.openStream(operation, request, scope, key);
      feed.add(queue);
      return start(after).then(() => source.cursorOf(feed.position));
    }
    const { feed, source, started } = this.shared.get(key) ?? this.shareStream(operation, request, scope, key);
    feed.add(queue);
    // What is told from here on comes after this cursor.
    const tellBeginning = () => {
      if (announced) queue.push(source.startPayload(feed.position));
      return source.cursorOf(feed.position);
    };
    return feed.hasBegun ? tellBeginning() : started.then(tellBeginning);
  }

  /** A subgraph's own subscription: its cursors, if it has any, are the subgraph's. */
  private joinSubgraph(request: SubscriptionRequest, operation: FeedOperation, queue: SubscriberQueue): void {
    const { subgraphSubscriptions, headerRules } = this.options;
    const given = request.after ?? operation.variant.rootArguments?.values(request.variables).after;
    const after = typeof given === 'string' ? given : undefined;
    const key = this.keyOf(request, operation, request.variables);
    // Who comes from a cursor wants what others have had already.
    const known = after === undefined ? this.fromSubgraphs.get(key) : undefined;
    if (known) {
      known.add(queue);
      return;
    }
    const feed = this.open(operation, request);
    feed.add(queue);
    const headersFor = (subgraph: string) => headerRules.headersFor(subgraph, request.context.headers);
    new SubgraphSource(feed, subgraphSubscriptions, headersFor, this.counts).start(after);
    if (after !== undefined) return;
    this.fromSubgraphs.set(key, feed);
    feed.signal.addEventListener('abort', () => this.fromSubgraphs.delete(key), { once: true });
  }

  /** What a subscription to a stream shares a feed by, and where it begins. */
  private describe(
    request: SubscriptionRequest,
    operation: FeedOperation,
    caller: Identity,
  ): { key: string; after: StreamPosition | undefined; scope: StreamScope; announced: boolean } {
    const { identity } = request.context;
    const { rootArguments, plan } = operation.variant;
    const event = plan.subscription?.event;
    if (!event || !rootArguments) throw new Error('a subscription to a stream without one');
    const args = rootArguments.values(request.variables);
    const subject = subjectOf(event.source, identity, args);
    // Not of the scopes: rights are asked for with each event, and a renewed token may have others.
    const scopeFor = (sub: string) => JSON.stringify([identity.kind, sub, subject]);
    // What is the same for all may have become so, or not be so any more, since the cursor was made.
    const scopes = new Set(['', caller.sub].map(scopeFor));
    const given = request.after ?? (typeof args.after === 'string' ? args.after : undefined);
    const { [rootArguments.afterVariable ?? '']: _after, ...variables } = request.variables;
    return {
      key: this.keyOf(request, operation, variables),
      after: given === undefined || given === NOW ? undefined : this.read(given, scopes),
      scope: { subject, args, cursorScope: scopeFor(identity.sub) },
      announced: given === NOW,
    };
  }

  private keyOf(
    { context: { identity, headers } }: SubscriptionRequest,
    { operation }: FeedOperation,
    variables: Readonly<Record<string, unknown>>,
  ): string {
    return [
      operation.hash,
      operation.name ?? '',
      identityKey(identity),
      JSON.stringify(variables),
      ...this.options.headerRules.reads.map((name) => String(headers[name] ?? '')),
    ].join('\n');
  }

  private read(cursor: string, scopes: Iterable<string>): StreamPosition {
    for (const scope of scopes) {
      const position = this.options.cursors.read(cursor, scope);
      if (position !== undefined) return position;
    }
    throw new RequestRefused(
      'INVALID_CURSOR',
      'The cursor was not made by this graph for this subscription and this subscriber. Subscribe without it.',
    );
  }

  private shareStream(operation: FeedOperation, request: SubscriptionRequest, scope: StreamScope, key: string): Shared {
    const { feed, source, start } = this.openStream(operation, request, scope, key);
    const started = start(undefined);
    // Where all who wait for it have left.
    started.catch(() => {});
    const shared = { feed, source, started };
    this.share(key, shared);
    return shared;
  }

  private openStream(operation: FeedOperation, request: SubscriptionRequest, scope: StreamScope, key: string) {
    const { streams, cursors } = this.options;
    if (!streams)
      throw new RequestRefused('OPERATION_NOT_SUPPORTED', 'This gateway is not connected to the events of this field.');
    const feed = this.open(operation, request);
    const source: StreamSource = new StreamSource(feed, scope, {
      streams,
      cursors,
      counts: this.counts,
      onLive: (position) => this.catchUp(key, feed, source, position),
    });
    const start = (after: StreamPosition | undefined) =>
      source.start(after).catch((error: unknown) => {
        feed.finish();
        throw feed.endedBy ?? error;
      });
    return { feed, source, start };
  }

  private open(operation: FeedOperation, request: SubscriptionRequest): Feed {
    const { retryMs, log } = this.options;
    const feed = new Feed(operation, request, { retryMs, log, counts: this.counts }, (over) => this.feeds.delete(over));
    this.feeds.add(feed);
    return feed;
  }

  private share(key: string, shared: Shared): void {
    const { feed } = shared;
    this.shared.set(key, shared);
    const forget = () => {
      if (this.shared.get(key)?.feed === feed) this.shared.delete(key);
    };
    feed.signal.addEventListener('abort', forget, { once: true });
  }

  /**
   * Called before a feed executes an event that came after it had begun. One that began from a cursor has caught up by then: it becomes the one that others join, or hands its subscribers over to that one, if all that it has had has been told
   * and the other has begun and has not told this event yet. Whether it has handed over.
   */
  private catchUp(key: string, feed: Feed, source: StreamSource, position: number): boolean {
    const shared = this.shared.get(key);
    if (shared?.feed === feed) return false;
    if (!shared) {
      this.share(key, { feed, source, started: Promise.resolve() });
      return false;
    }
    const other = shared.feed;
    if (!feed.isIdle || !other.hasBegun || other.position >= position || other.signal.aborted) return false;
    feed.moveTo(other, position - 1);
    return true;
  }

  /** Counts a subscription; the result is called when it is over. */
  private enter(identity: Identity): () => void {
    const entered = this.occupancy.enter(identity);
    if (typeof entered !== 'string') return entered;
    const whose = entered === 'all' ? 'this process' : 'this identity';
    throw new RequestRefused(
      'TOO_MANY_SUBSCRIPTIONS',
      `There are as many subscriptions of ${whose} as there may be. End others first, or try again later.`,
      { headers: { 'retry-after': '5' } },
    );
  }

  /** Moves all feeds to a new supergraph; those whose operation does not fit it end, and say why. One after the other: the planner does no more at a time, and has others waiting. */
  private async moveTo(supergraph: Supergraph): Promise<void> {
    for (const feed of [...this.feeds]) {
      try {
        const next = await operationIn(supergraph, feed.request);
        if (sameEvents(feed.operation, next, feed.request)) feed.exchange(next);
        else feed.finish('INTERRUPTED', 'The events come from elsewhere now. Subscribe again with the last cursor.');
      } catch (error) {
        this.endUnmoved(feed, error);
      }
    }
  }

  private endUnmoved(feed: Feed, error: unknown): void {
    if (error instanceof RequestRefused && error.status('application/graphql-response+json') < 500) {
      const reason = error.errors.map(({ message }) => message).join(' ');
      feed.finish('SUBSCRIPTION_INVALID', `The subscription does not fit the schema that is served now: ${reason}`);
      return;
    }
    if (!(error instanceof RequestRefused)) this.options.log.error({ err: error }, 'a subscription could not be moved');
    feed.finish('INTERRUPTED', 'The schema has changed. Subscribe again with the last cursor.');
  }
}

/** Where a subscription begins: a promise where its source has to be reached first; undefined where that has no cursors. */
interface Beginning {
  readonly cursor: Promise<string> | string | undefined;
}

/** A feed that others join. */
interface Shared {
  readonly feed: Feed;
  readonly source: StreamSource;
  readonly started: Promise<void>;
}

/** What is the same for everybody of a kind with the same scopes is executed for none of them in particular. */
function sharedRequest(request: SubscriptionRequest, { variant }: FeedOperation): SubscriptionRequest {
  const ofCaller = variant.plan.subscription?.event?.source.subject.some(({ kind }) => kind === 'identity');
  if (!variant.isPublic || ofCaller) return request;
  const { kind, scopes } = request.context.identity;
  const identity = { kind, sub: '', scopes: [...scopes].sort() };
  return { ...request, context: { ...request.context, identity } };
}

/** The request's operation in a supergraph. Throws `RequestRefused` where it does not fit. */
async function operationIn(
  supergraph: Supergraph,
  { text, persisted, name, variables, context: { identity } }: SubscriptionRequest,
): Promise<FeedOperation> {
  const operation =
    (persisted !== undefined && supergraph.persisted.find(identity, persisted, false)) ||
    supergraph.operations.find({ text, name, incremental: false });
  operation.checkVariables(variables);
  const variant = await operation.variantFor(variables, identity);
  if (!variant.plan.subscription)
    throw new RequestRefused('BAD_USER_INPUT', 'The conditions leave nothing of the subscription.');
  return { operation, variant, supergraph };
}

/** Whether a subscription has the same events, for the same subscribers, in two supergraphs. */
function sameEvents(before: FeedOperation, after: FeedOperation, { variables }: SubscriptionRequest): boolean {
  // Executed for nobody in particular, it would bring nothing any more.
  if (before.variant.isPublic && !after.variant.isPublic) return false;
  const eventsOf = ({ variant: { plan, rootArguments } }: FeedOperation) => {
    const { event, primary } = plan.subscription ?? {};
    const source = event
      ? [event.source, rootArguments?.values(variables)]
      : [primary?.subgraph.url, primary?.node.operation];
    return JSON.stringify(source);
  };
  return eventsOf(before) === eventsOf(after);
}

function goingAway(): SubscriptionEnded {
  return new SubscriptionEnded('GOING_AWAY', 'This process is about to end. Subscribe again, elsewhere.');
}
