import { describe, expect, it, vi } from 'vitest';
import { createLogger } from '../log.js';
import { Feed, type FeedEvent, type FeedOperation } from './feed.js';
import type { EventOutcome } from './runEvent.js';
import { SubscriberQueue } from './subscriberQueue.js';
import type { SubscriptionRequest } from './subscription.js';

const counts = () => ({ executions: 0, payloads: 0, withheld: 0, retries: 0, slow: 0 });
const written = (json: string): EventOutcome => ({ kind: 'written', json, codes: [] });

function feedOf({ retryMs = 10_000 } = {}) {
  const supergraph = { inside: 0, enter: () => (supergraph.inside += 1), leave: () => (supergraph.inside -= 1) };
  const over: Feed[] = [];
  const counted = counts();
  const operation = { supergraph } as unknown as FeedOperation;
  const request = { context: {}, variables: {} } as unknown as SubscriptionRequest;
  const log = createLogger({ level: 'silent' });
  const feed = new Feed(operation, request, { retryMs, counts: counted, log }, (each) => over.push(each));
  const subscribe = (payloads = 100) => {
    const queue = new SubscriberQueue({ payloads, bytes: 10_000 });
    feed.add(queue);
    return queue;
  };
  return { feed, supergraph, over, counted, subscribe };
}

/** An event whose outcome is given when the test says so. */
function eventAt(position: number, outcome: EventOutcome | Promise<EventOutcome> | (() => EventOutcome)): FeedEvent {
  const run = typeof outcome === 'function' ? outcome : () => outcome;
  return { position, cursor: `c${position}`, occurredAt: undefined, run };
}

const taken = async (queue: SubscriberQueue, count: number) => {
  const json: string[] = [];
  while (json.length < count) json.push(String((await queue.next()).value?.json));
  return json;
};

describe('a feed', () => {
  it('executes each event once for all, and tells them in their order, whichever is completed first', async () => {
    const { feed, counted, subscribe } = feedOf();
    const queues = Array.from({ length: 1_000 }, () => subscribe());
    const first = Promise.withResolvers<EventOutcome>();
    feed.handle(eventAt(1, first.promise));
    feed.handle(eventAt(2, written('2')));
    feed.handle(eventAt(3, { kind: 'withheld' }));
    first.resolve(written('1'));
    for (const queue of queues) expect(await taken(queue, 2)).toEqual(['1', '2']);
    await vi.waitFor(() => expect(feed.isIdle).toBe(true));
    expect(counted).toMatchObject({ executions: 3, payloads: 2_000, withheld: 1 });
    expect(feed.position).toBe(3);
  });

  it('takes no more events at a time than it may', async () => {
    const { feed, subscribe } = feedOf();
    const queue = subscribe();
    const gate = Promise.withResolvers<EventOutcome>();
    let position = 0;
    let waits: Promise<void> | void;
    do waits = feed.handle(eventAt(++position, position === 1 ? gate.promise : written('later')));
    while (!waits && position < 100);
    expect(position).toBe(8);
    gate.resolve(written('first'));
    await waits;
    expect((await taken(queue, 8))[0]).toBe('first');
  });

  it('tries an event again while a subgraph is away, and those after it wait', async () => {
    const { feed, counted, subscribe } = feedOf();
    const queue = subscribe();
    let tries = 0;
    feed.handle(eventAt(1, () => (++tries < 3 ? { kind: 'unfinished', written: undefined } : written('1'))));
    feed.handle(eventAt(2, written('2')));
    expect(await taken(queue, 2)).toEqual(['1', '2']);
    expect(counted).toMatchObject({ executions: 4, retries: 2 });
  });

  it('sends what there is when a subgraph stays away; but nothing of which nobody says whether it may be seen: then the subscribers come again', async () => {
    const { feed, subscribe, over } = feedOf({ retryMs: 1 });
    const queue = subscribe();
    const partial = written('partial') as Extract<EventOutcome, { kind: 'written' }>;
    feed.handle(eventAt(1, { kind: 'unfinished', written: partial }));
    expect(await taken(queue, 1)).toEqual(['partial']);
    feed.handle(eventAt(2, { kind: 'unfinished', written: undefined }));
    await expect(queue.next()).rejects.toMatchObject({ reason: 'INTERRUPTED' });
    expect(over).toEqual([feed]);
    expect(feed.position).toBe(1);
  });

  it('tells a fault of ours as an error of that event and goes on', async () => {
    const { feed, subscribe } = feedOf();
    const queue = subscribe();
    feed.handle(
      eventAt(1, () => {
        throw new Error('boom');
      }),
    );
    feed.handle(eventAt(2, written('2')));
    const [fault, next] = await taken(queue, 2);
    expect(JSON.parse(fault ?? '')).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
    });
    expect(fault).not.toContain('boom');
    expect(next).toBe('2');
  });

  it('is over when its last subscriber has left, leaves the supergraph once, and takes nothing any more', async () => {
    const { feed, supergraph, over, subscribe, counted } = feedOf();
    const [one, other] = [subscribe(), subscribe()];
    expect(supergraph.inside).toBe(1);
    await one.return();
    expect(feed.signal.aborted).toBe(false);
    await other.return();
    await other.return();
    expect(feed.signal.aborted).toBe(true);
    expect(supergraph.inside).toBe(0);
    expect(over).toEqual([feed]);
    feed.handle(eventAt(1, written('1')));
    expect(counted.executions).toBe(0);
  });

  it('drops the one who reads too slowly, and nobody else', async () => {
    const { feed, subscribe, counted } = feedOf();
    const [slow, quick] = [subscribe(2), subscribe()];
    for (let position = 1; position <= 4; position++) await feed.handle(eventAt(position, written(String(position))));
    expect(await taken(quick, 4)).toEqual(['1', '2', '3', '4']);
    await expect(slow.next()).rejects.toMatchObject({ reason: 'SLOW_CONSUMER' });
    expect(counted.slow).toBe(1);
    expect(feed.size).toBe(1);
  });

  it('hands its subscribers over without telling them anything twice', async () => {
    const own = feedOf();
    const shared = feedOf();
    const queue = own.subscribe();
    const present = shared.subscribe();
    own.feed.handle(eventAt(5, written('5')));
    expect(await taken(queue, 1)).toEqual(['5']);
    own.feed.moveTo(shared.feed, 5);
    expect(own.over).toEqual([own.feed]);
    for (const position of [4, 5, 6]) await shared.feed.handle(eventAt(position, written(String(position))));
    expect(await taken(present, 3)).toEqual(['4', '5', '6']);
    expect(await taken(queue, 1)).toEqual(['6']);
    await queue.return();
    expect(shared.feed.size).toBe(1);
  });

  it('moves to another supergraph and leaves the one before', () => {
    const { feed, supergraph, subscribe } = feedOf();
    subscribe();
    const next = feedOf().supergraph;
    const before = next.inside;
    feed.exchange({ supergraph: next } as unknown as FeedOperation);
    expect(supergraph.inside).toBe(0);
    expect(next.inside).toBe(before + 1);
  });

  it('that ends while another supergraph is made ready for it leaves the old one once, and does not enter the new one', async () => {
    const { feed, supergraph, subscribe } = feedOf();
    await subscribe().return();
    const next = feedOf().supergraph;
    const before = next.inside;
    feed.exchange({ supergraph: next } as unknown as FeedOperation);
    expect(supergraph.inside).toBe(0);
    expect(next.inside).toBe(before);
  });
});
