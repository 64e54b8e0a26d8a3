import { buildSchema } from 'graphql';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RequestRefused } from '../errors/requestRefused.js';
import type { EventStreams, Following, StreamEvent, StreamFollower } from '../eventSource/eventStreams.js';
import { createLogger } from '../log.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { createCursors } from './cursors.js';
import type { LiveSubscription, SubscriptionRequest } from './subscription.js';
import { Subscriptions, type SubscriptionsOptions } from './subscriptions.js';

/* How subscriptions share feeds, over streams and supergraphs that do what the test says. */

vi.mock('./runEvent.js', async (original) => ({
  ...(await original<typeof import('./runEvent.js')>()),
  runStreamEvent: async ({ id }: StreamEvent) => ({ kind: 'written', json: id, codes: [] }),
  runOwnEvent: (kind: string) => ({ kind: 'written', json: kind, codes: [] }),
}));

const cursors = createCursors(Buffer.alloc(32, 1));
const identity = { kind: 'AGENT', sub: 'a1', scopes: [] };
const SCOPE = JSON.stringify(['AGENT', 'a1', 'shop.a1']);
const cursorAt = (position: number) => cursors.sign({ position, epoch: 0 }, SCOPE);

/** A supergraph with one operation. `planning`: what its plan waits for. */
function supergraphOf({
  planning,
  isPublic = false,
  fits = true,
}: {
  planning?: Promise<unknown>;
  isPublic?: boolean;
  fits?: boolean;
} = {}) {
  const source = { subject: [{ kind: 'text', text: 'shop' }, { kind: 'identity' }], filters: [] };
  const publicSource = {
    subject: [
      { kind: 'text', text: 'shop' },
      { kind: 'text', text: 'a1' },
    ],
    filters: [],
  };
  const variant = {
    isPublic,
    rootArguments: { values: (variables: object) => variables, afterVariable: 'after' },
    plan: { subscription: { event: { source: isPublic ? publicSource : source } } },
  };
  const operation = {
    key: Math.random(),
    hash: 'hash',
    name: undefined,
    checkVariables() {},
    async variantFor() {
      await planning;
      return variant;
    },
  };
  const supergraph = {
    inside: 0,
    enter() {
      supergraph.inside += 1;
    },
    leave() {
      supergraph.inside -= 1;
    },
    operations: {
      find() {
        if (!fits) throw new RequestRefused('GRAPHQL_VALIDATION_FAILED', 'There is no such field.');
        return operation;
      },
    },
  };
  return supergraph;
}

/** A stream that is written by the test; `live` says when who follows it from now on begins. */
function streamOf() {
  let position = 0;
  let live: Promise<void> = Promise.resolve();
  const followers = new Set<StreamFollower>();
  const streams: EventStreams = {
    stats: { subjects: 0, followers: 0, connected: true },
    async follow(_subject, after, follower, signal): Promise<Following> {
      const aborted = new Promise<never>((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
      if (after === undefined) await Promise.race([live, aborted]);
      else await Promise.race([Promise.resolve(), aborted]);
      followers.add(follower);
      return { from: after?.position ?? position, epoch: 0, stop: () => followers.delete(follower) };
    },
    async close() {},
  };
  const tell = async (replayed: boolean) => {
    position += 1;
    const event = { id: `e${position}`, position, replayed, occurredAt: 0, message: {}, entities: [], kind: 'X' };
    for (const follower of followers) await follower.event(event);
  };
  return {
    streams,
    followers,
    get position() {
      return position;
    },
    publish: () => tell(false),
    /** The stream is another one from now on. */
    async renew() {
      position = 0;
      for (const follower of followers) await follower.gap(0);
    },
    /** Nobody begins until the result is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      live = promise;
      return resolve;
    },
  };
}

/** As `supergraphOf`, with a field whose events come from a subgraph. */
function subgraphFieldOf(planning?: Promise<unknown>) {
  const supergraph = supergraphOf({ planning });
  const { find } = supergraph.operations;
  const primary = { subgraph: { name: 'a', url: 'http://a' }, node: { operation: 'subscription { beats }' } };
  const plan = { subscription: { primary, selection: { field: 'beats' }, event: undefined } };
  const facts = { apiSchema: buildSchema('type Query { a: Int } type Subscription { beats: Int }') };
  supergraph.operations.find = () => {
    const operation = find();
    const { variantFor } = operation;
    return { ...operation, variantFor: async () => ({ ...(await variantFor()), plan, facts }) as never };
  };
  return supergraph;
}

function subscriptionsOf(first = supergraphOf()) {
  const stream = streamOf();
  const followed = { count: 0 };
  const subgraphSubscriptions = {
    subscribe() {
      followed.count += 1;
      return { stop: () => (followed.count -= 1) };
    },
  };
  const listeners: ((supergraph: Supergraph) => Promise<void>)[] = [];
  const slot = {
    current: first as unknown as Supergraph,
    onReplaced: (listener: (typeof listeners)[number]) => listeners.push(listener),
  };
  const limits = { queueEvents: 100, queueBytes: 10_000, subscriptions: 100, subscriptionsPerIdentity: 100 };
  const subscriptions = new Subscriptions({
    slot,
    cursors,
    limits,
    streams: stream.streams,
    subgraphSubscriptions,
    headerRules: { reads: [], headersFor: () => '' },
    retryMs: 1_000,
    log: createLogger({ level: 'silent' }),
  } as unknown as SubscriptionsOptions);
  const gone = new AbortController();
  afterEach(() => gone.abort());
  const subscribe = (after?: string, signal: AbortSignal = gone.signal) => {
    const variables = after === undefined ? {} : { after };
    const context = { requestId: 'r', identity, headers: {} };
    const operation = slot.current.operations.find({} as never);
    const request: SubscriptionRequest = { operation, text: '', name: undefined, variables, context, after: undefined };
    return subscriptions.subscribe(request, signal);
  };
  const replace = async (next: ReturnType<typeof supergraphOf>) => {
    slot.current = next as unknown as Supergraph;
    for (const listener of listeners) await listener(slot.current);
  };
  return { subscriptions, stream, subscribe, replace, followed };
}

const taken = async ({ payloads }: LiveSubscription, count: number) => {
  const told: string[] = [];
  while (told.length < count) told.push(String((await payloads.next()).value?.json));
  return told;
};

describe('a feed that began from a cursor', () => {
  it('hands its subscribers over to one that has begun, and not before that has', async () => {
    const { stream, subscribe, subscriptions } = subscriptionsOf();
    await stream.publish();
    const back = await subscribe(cursorAt(1));
    // As while the connection is made anew: what came meanwhile is told before anybody new begins.
    const begin = stream.hold();
    const fresh = subscribe();
    await vi.waitFor(() => expect(subscriptions.stats.sources).toBe(2));
    await stream.publish();
    begin();
    const begun = await fresh;
    await stream.publish();
    expect(await taken(back, 2)).toEqual(['e2', 'e3']);
    expect(await taken(begun, 1)).toEqual(['e3']);
  });

  it('goes on where another has taken the place of the stream, also for who was handed over', async () => {
    const { stream, subscribe, subscriptions } = subscriptionsOf();
    for (let count = 0; count < 5; count++) await stream.publish();
    const [first, back] = [await subscribe(), await subscribe(cursorAt(5))];
    await stream.publish();
    expect(subscriptions.stats.sources).toBe(1);
    await stream.renew();
    await stream.publish();
    expect(await taken(first, 3)).toEqual(['e6', 'GAP', 'e1']);
    expect(await taken(back, 3)).toEqual(['e6', 'GAP', 'e1']);
    const later = await subscribe();
    expect(later.cursor).toBe(cursorAt(1));
  });
});

describe('another supergraph', () => {
  it('is shared by who was there before and who comes afterwards', async () => {
    const { stream, subscribe, replace, subscriptions } = subscriptionsOf();
    const before = await subscribe();
    await replace(supergraphOf());
    const after = await subscribe();
    await stream.publish();
    expect(await taken(before, 1)).toEqual(['e1']);
    expect(await taken(after, 1)).toEqual(['e1']);
    expect(subscriptions.stats.sources).toBe(1);
    expect(subscriptions.counts.executions).toBe(1);
  });

  it('is the one that a subscription begins with which was planned meanwhile', async () => {
    const planning = Promise.withResolvers<void>();
    const old = supergraphOf({ planning: planning.promise });
    const { subscribe, replace } = subscriptionsOf(old);
    const beginning = subscribe();
    const next = supergraphOf();
    await vi.waitFor(() => expect(old.inside).toBe(1));
    await replace(next);
    planning.resolve();
    await beginning;
    expect([old.inside, next.inside]).toEqual([0, 1]);
  });

  it('says what does not fit also to who has not begun', async () => {
    const { subscribe, replace, stream, subscriptions } = subscriptionsOf();
    stream.hold();
    const beginning = subscribe();
    beginning.catch(() => {});
    await vi.waitFor(() => expect(subscriptions.stats.sources).toBe(1));
    await replace(supergraphOf({ fits: false }));
    await expect(beginning).rejects.toMatchObject({ reason: 'SUBSCRIPTION_INVALID' });
  });

  it('is planned for one operation after the other, and who cannot be planned for at the moment comes again', async () => {
    const { subscribe, replace } = subscriptionsOf();
    const lives = await Promise.all([subscribe(), subscribe(cursorAt(0)), subscribe(cursorAt(0))]);
    const next = supergraphOf();
    const counted = { now: 0, most: 0 };
    const { find } = next.operations;
    next.operations.find = () => ({
      ...find(),
      async variantFor() {
        counted.now += 1;
        counted.most = Math.max(counted.most, counted.now);
        await Promise.resolve();
        counted.now -= 1;
        throw new RequestRefused('PLANNER_BUSY', 'Too many new operations at once.');
      },
    });
    await replace(next);
    for (const { payloads } of lives) await expect(payloads.next()).rejects.toMatchObject({ reason: 'INTERRUPTED' });
    expect(counted.most).toBe(1);
  });

  it('lets who shared with others what is not the same for all any more come again', async () => {
    const { subscribe, replace } = subscriptionsOf(supergraphOf({ isPublic: true }));
    const { payloads, cursor } = await subscribe();
    const next = supergraphOf({ isPublic: true });
    (await next.operations.find().variantFor()).isPublic = false;
    await replace(next);
    await expect(payloads.next()).rejects.toMatchObject({ reason: 'INTERRUPTED' });
    const back = await subscribe(cursor);
    await replace(supergraphOf({ isPublic: true }));
    expect((await subscribe(back.cursor)).cursor).toBe(cursor);
  });
});

describe('a subscriber that leaves', () => {
  it('is not waited for while nothing can begin, nor is its source', async () => {
    const { subscribe, subscriptions, stream } = subscriptionsOf();
    stream.hold();
    const gone = new AbortController();
    const beginning = subscribe(undefined, gone.signal);
    beginning.catch(() => {});
    await vi.waitFor(() => expect(subscriptions.stats.sources).toBe(1));
    gone.abort();
    await expect(beginning).rejects.toBeDefined();
    expect(subscriptions.stats.sources).toBe(0);
  });

  it('while its operation is planned leaves nothing behind that others would join', async () => {
    const planning = Promise.withResolvers<void>();
    const { subscribe, subscriptions, followed } = subscriptionsOf(subgraphFieldOf(planning.promise));
    const gone = new AbortController();
    const beginning = subscribe(undefined, gone.signal);
    beginning.catch(() => {});
    gone.abort();
    planning.resolve();
    await expect(beginning).rejects.toBeDefined();
    expect(followed.count).toBe(0);
    await subscribe();
    expect([subscriptions.stats.subscriptions, followed.count]).toEqual([1, 1]);
  });
});
