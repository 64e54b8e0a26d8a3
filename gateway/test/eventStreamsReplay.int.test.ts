import { describe, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { createTestStream, follow, numberOf, openEvents, openNats, range, record } from './fixtures/streamFixture.js';

describe('a replay', () => {
  it('goes over into live events with nothing missing and nothing twice while events are published', async () => {
    const [nats, other] = [await openNats(), await openNats()];
    const stream = await createTestStream(nats);
    const events = openEvents();
    await follow(events, stream.subject('none'), undefined, record());
    const publisher = await createPublisher(other, stream.subject('a'));
    const followers: { after: number; follower: ReturnType<typeof record> }[] = [];
    // A new one whenever some more have been published: each comes at another point of the stream that grows.
    for (let round = 0; round < 24; round += 1) {
      await eventually(() => expect(publisher.published()).toBeGreaterThan(round * 50 + 50));
      const follower = record();
      const after = round % 4 === 0 ? 0 : Math.max(0, publisher.published() - round * 30);
      followers.push({ after, follower });
      await follow(events, stream.subject('a'), after, follower);
    }
    const last = await publisher.stop();
    for (const { after, follower } of followers) {
      await eventually(() => expect(follower.events.at(-1)?.position).toBe(last));
      expect(follower.events.map(({ position }) => position)).toEqual(range(after + 1, last + 1));
      const firstLive = follower.events.findIndex(({ replayed }) => !replayed);
      if (firstLive >= 0) expect(follower.events.slice(firstLive).every(({ replayed }) => !replayed)).toBe(true);
      expect(follower.gaps).toEqual([]);
    }
  });

  it('is read once for all who come with a position near the end', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const followers = 2_000;
    await stream.publishMany(0, 6_000, (n) => `own.${n % followers}`);
    const events = openEvents();
    const recorders = range(0, followers).map(() => record());
    await Promise.all(
      recorders.map((follower, n) => follow(events, stream.subject(`own.${n}`), 2_000 + (n % 1_000), follower)),
    );
    await stream.publishMany(6_000, 8_000, (n) => `own.${n % followers}`);
    await eventually(() => expect(events.counters.dispatched).toBe(2_000));
    for (const [n, follower] of recorders.entries()) {
      const own = range(0, 4).map((round) => round * followers + n);
      const expected = own.filter((number) => number + 1 > 2_000 + (n % 1_000));
      await eventually(() => expect(follower.numbers()).toEqual(expected));
    }
    expect(events.counters.replayConsumers).toBeLessThanOrEqual(3);
    // A busy machine may take it for silent and renew it.
    expect(events.counters.liveConsumers).toBeLessThanOrEqual(3);
    await eventually(async () => expect(await stream.consumers()).toHaveLength(1));
  });

  it('is read with a filter for those who are far, at their pace', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const total = 5_000;
    await stream.publishMany(0, total, (n) => `own.${n % 10}`);
    const events = openEvents({ sharedReplay: 100, apartBatch: 32, apartReads: 2, queueEvents: 100 });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const waiting = record(() => gate);
    await follow(events, stream.subject('own.*'), 0, waiting);
    const far = range(0, 10).map(() => record());
    await Promise.all(far.map((follower, n) => follow(events, stream.subject(`own.${n}`), 0, follower)));
    const own = (n: number) => range(0, total).filter((number) => number % 10 === n);
    for (const [n, follower] of far.entries()) await eventually(() => expect(follower.numbers()).toEqual(own(n)));
    // Who does not take its first event is not read on for, and holds up nobody.
    expect(waiting.events).toHaveLength(1);
    expect(events.counters.replayed).toBeLessThan(total + 100);
    await stream.publishMany(total, total + 500, (n) => `own.${n % 10}`);
    await eventually(() => expect(events.counters.received).toBe(500));
    open();
    await eventually(() => expect(waiting.numbers()).toEqual(range(0, total + 500)));
    expect(waiting.lostFor).toEqual([]);
    expect(waiting.events[0]?.replayed).toBe(true);
    await eventually(async () => expect(await stream.consumers()).toHaveLength(1));
  });

  it('goes on alone for who is too slow for the others', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const total = 1_000;
    await stream.publishMany(0, total, () => 'a');
    const events = openEvents({ queueEvents: 100, sharedBatch: 50, apartBatch: 20 });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const slow = record(() => gate);
    const quick = range(0, 20).map(() => record());
    await Promise.all([slow, ...quick].map((follower) => follow(events, stream.subject('a'), 0, follower)));
    for (const follower of quick) await eventually(() => expect(follower.numbers()).toEqual(range(0, total)));
    expect(slow.events).toHaveLength(1);
    open();
    await eventually(() => expect(slow.numbers()).toEqual(range(0, total)));
    await stream.publish('a', { payload: { n: total } });
    await eventually(() => expect(slow.numbers()).toEqual(range(0, total + 1)));
    expect(slow.lostFor).toEqual([]);
  });

  it('begins where the follower stands, and says so', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    await stream.publishMany(0, 10, () => 'a');
    const events = openEvents();
    const follower = record();
    const { from } = await follow(events, stream.subject('a'), 7, follower);
    expect(from).toBe(7);
    // Not before the caller has what `follow` returns.
    expect(follower.events).toEqual([]);
    await eventually(() => expect(follower.events.map(({ position }) => position)).toEqual([8, 9, 10]));
    const atEnd = record();
    expect((await follow(events, stream.subject('a'), 10, atEnd)).from).toBe(10);
    await stream.publish('a', { payload: { n: 10 } });
    await eventually(() => expect(atEnd.numbers()).toEqual([10]));
    expect(atEnd.events[0]?.replayed).toBe(false);
  });
});

describe('a gap', () => {
  it('is told where events after the position are gone', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats, { max_msgs: 10 });
    await stream.publishMany(0, 30, () => 'a');
    const events = openEvents();
    const [old, fitting, far] = [record(), record(), record()];
    expect((await follow(events, stream.subject('a'), 5, old)).from).toBe(20);
    expect((await follow(events, stream.subject('a'), 20, fitting)).from).toBe(20);
    await follow(openEvents({ sharedReplay: 0 }), stream.subject('*'), 3, far);
    for (const each of [old, far]) await eventually(() => expect(each.seen).toEqual(['gap 20', ...range(20, 30)]));
    await eventually(() => expect(fitting.seen).toEqual(range(20, 30)));
    for (const n of range(30, 60)) {
      await stream.publish('a', { payload: { n } });
      for (const each of [old, fitting, far]) await eventually(() => expect(each.numbers().at(-1)).toBe(n));
    }
    for (const each of [old, fitting, far]) {
      expect(each.numbers()).toEqual(range(20, 60));
      expect(each.gaps).toEqual(each === fitting ? [] : [20]);
    }
  });

  it('is told where the stream lets events go faster than they can be delivered', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats, { max_msgs: 10 });
    const events = openEvents();
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    await stream.publishMany(0, 2_000, () => 'a');
    await eventually(() => expect(follower.numbers().at(-1)).toBe(1_999));
    // Event n stands at n + 1: where some are missing, the gap says up to which.
    let expected = 0;
    for (const item of follower.seen) {
      if (typeof item === 'number') expect(item).toBe(expected);
      expected = typeof item === 'number' ? item + 1 : Number(item.slice('gap '.length));
    }
  });

  it('is none where single messages were removed', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    await stream.publishMany(0, 10, () => 'a');
    const manager = await nats.jetstreamManager();
    await manager.streams.deleteMessage(stream.name, 4);
    const [shared, apart] = [record(), record()];
    await follow(openEvents(), stream.subject('a'), 0, shared);
    await follow(openEvents({ sharedReplay: 0 }), stream.subject('*'), 0, apart);
    for (const each of [shared, apart]) {
      await eventually(() => expect(each.seen).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9]));
    }
  });

  it('is told where the stream was emptied', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    await stream.publishMany(0, 30, () => 'a');
    await (await nats.jetstreamManager()).streams.purge(stream.name);
    const events = openEvents();
    const [old, atEnd] = [record(), record()];
    expect((await follow(events, stream.subject('a'), 5, old)).from).toBe(30);
    await follow(events, stream.subject('a'), 30, atEnd);
    await stream.publish('a', { payload: { n: 30 } });
    await eventually(() => expect(old.seen).toEqual(['gap 30', 30]));
    await eventually(() => expect(atEnd.seen).toEqual([30]));
  });

  it('is told where the stream was made anew: everything in it comes', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    await stream.publishMany(0, 30, () => 'a');
    const events = openEvents({ goneAfterMs: 20_000 });
    const running = record();
    await follow(events, stream.subject('a'), 28, running);
    await eventually(() => expect(running.seen).toEqual([28, 29]));
    await stream.remove();
    await stream.create();
    await stream.publishMany(100, 110, () => 'a');
    const coming = record();
    expect((await follow(openEvents(), stream.subject('a'), 29, coming)).from).toBe(0);
    await eventually(() => expect(coming.seen).toEqual(['gap 0', ...range(100, 110)]));
    await eventually(() => expect(running.seen).toEqual([28, 29, 'gap 0', ...range(100, 110)]));
    await stream.publish('a', { payload: { n: 110 } });
    for (const each of [running, coming]) await eventually(() => expect(each.numbers().at(-1)).toBe(110));
  });

  it('is told to one for whom is being read when what it has not got yet goes', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    await stream.publishMany(0, 1_000, () => 'a');
    const events = openEvents({ sharedReplay: 0, apartBatch: 50 });
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const follower = record((event) => (numberOf(event) === 49 ? gate : undefined));
    await follow(events, stream.subject('a'), 0, follower);
    await eventually(() => expect(follower.numbers().at(-1)).toBe(49));
    await (await nats.jetstreamManager()).streams.purge(stream.name, { seq: 501 });
    open();
    await eventually(() => expect(follower.numbers().at(-1)).toBe(999));
    expect(follower.seen).toEqual([...range(0, 50), 'gap 500', ...range(500, 1_000)]);
  });
});

/** Publishes one event after another, as fast as they are taken. */
async function createPublisher(nats: Awaited<ReturnType<typeof openNats>>, subject: string) {
  const jetStream = nats.jetstream();
  let last = 0;
  let stopped = false;
  const running = (async () => {
    for (let n = 0; !stopped; n += 1) {
      const message = { id: `${n}`, type: 'x.y', occurredAt: '2026-01-02T03:04:05Z', entities: [], payload: { n } };
      last = (await jetStream.publish(subject, JSON.stringify(message))).seq;
    }
  })();
  return {
    published: () => last,
    async stop() {
      stopped = true;
      await running;
      return last;
    },
  };
}
