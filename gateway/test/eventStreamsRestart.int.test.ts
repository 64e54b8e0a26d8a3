import { type NatsConnection, StorageType } from 'nats';
import { describe, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { createNatsProcess, type NatsProcess } from './fixtures/natsProcess.js';
import {
  createTestStream,
  envelope,
  follow,
  openEvents,
  openNats,
  range,
  record,
  type TestStream,
} from './fixtures/streamFixture.js';

describe('when NATS is killed and comes back', () => {
  it('live followers and those that come again go on with nothing missing and nothing twice', async () => {
    const { server, nats, stream } = await startOwn();
    const events = openEvents({}, server.url);
    const live = range(0, 50).map(() => record());
    await Promise.all(live.map((follower, n) => follow(events, stream.subject(`own.${n}`), undefined, follower)));
    const publisher = publishThrough(nats, stream, (n) => `own.${n % 50}`);
    const coming: ReturnType<typeof record>[] = [];
    for (const round of range(1, 4)) {
      await eventually(() => expect(events.counters.dispatched).toBeGreaterThan(round * 300));
      await server.kill();
      await eventually(() => expect(events.stats.connected).toBe(false));
      // These wait for NATS; then there is something to replay for each.
      const waiting = range(0, 3).map(() => record());
      const followed = waiting.map((follower) => follow(events, stream.subject('own.*'), 0, follower));
      await server.start();
      await Promise.all(followed);
      coming.push(...waiting);
    }
    const total = await publisher.stop();
    for (const [n, follower] of live.entries()) {
      await eventually(() => expect(follower.numbers()).toEqual(range(0, total).filter((each) => each % 50 === n)));
    }
    for (const follower of coming) await eventually(() => expect(follower.numbers()).toEqual(range(0, total)));
    for (const { gaps, lostFor } of [...live, ...coming]) expect([gaps, lostFor]).toEqual([[], []]);
  });

  it('replays go on where they were', async () => {
    const { server, stream } = await startOwn();
    const total = 4_000;
    await stream.publishMany(0, total, () => 'a');
    let killed = 0;
    const killAt = (numbers: readonly number[]) => async () => {
      if (!numbers.includes(alone.events.length)) return;
      killed += 1;
      await server.kill();
      await server.start();
    };
    const alone = record(killAt([100, 1_500]));
    const apart = openEvents({ sharedReplay: 0, apartBatch: 64 }, server.url);
    const shared = openEvents({ sharedBatch: 64 }, server.url);
    const together = range(0, 30).map(() => record());
    await Promise.all([
      follow(apart, stream.subject('a'), 0, alone),
      ...together.map((follower) => follow(shared, stream.subject('a'), 0, follower)),
    ]);
    for (const each of [alone, ...together]) {
      await eventually(() => expect(each.numbers()).toEqual(range(0, total)));
      expect(each.gaps).toEqual([]);
    }
    expect(killed).toBe(2);
  });

  it('a live follower is told of what went out of the stream meanwhile', async () => {
    const { server, nats, stream } = await startOwn({ max_msgs: 20 });
    const events = openEvents({}, server.url);
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    await stream.publishMany(0, 10, () => 'a');
    await eventually(() => expect(follower.numbers()).toEqual(range(0, 10)));
    await server.kill();
    await eventually(() => expect(events.stats.connected).toBe(false));
    await Promise.all([server.start(), publishRange(nats, stream, 10, 100)]);
    await eventually(() => expect(follower.numbers().at(-1)).toBe(99));
    // Whether it was back before the events went is a matter of milliseconds: what it was not told of, it got.
    const numbers = follower.numbers();
    const missing = range(0, 100).filter((n) => !numbers.includes(n));
    expect(numbers).toEqual(range(0, 100).filter((n) => !missing.includes(n)));
    expect(follower.gaps.length > 0).toBe(missing.length > 0);
    for (const n of missing) expect(n).toBeLessThan(follower.gaps.at(-1) ?? 0);
  });
});

describe('while NATS is away', () => {
  it('following waits, as long as somebody waits for it', async () => {
    const server = await createNatsProcess();
    const events = openEvents({}, server.url);
    const [given, patient] = [record(), record()];
    const giving = new AbortController();
    const givenUp = events.follow('x.a', undefined, given, giving.signal);
    giving.abort(new Error('not there any more'));
    await expect(givenUp).rejects.toThrow('not there any more');
    expect(events.stats).toEqual({ subjects: 0, followers: 0, connected: false });

    await server.start();
    const nats = await openNats(server.url);
    const stream = await createTestStream(nats, { storage: StorageType.File });
    await follow(events, stream.subject('a'), undefined, patient);
    await stream.publish('a', { payload: { n: 0 } });
    await eventually(() => expect(patient.numbers()).toEqual([0]));

    await server.kill();
    await eventually(() => expect(events.stats.connected).toBe(false));
    const again = new AbortController();
    const waiting = [undefined, { position: 0 }].map((after) =>
      events.follow(stream.subject('a'), after, given, again.signal),
    );
    const late = record();
    const waitingOn = follow(events, stream.subject('a'), 0, late);
    again.abort(new Error('gone'));
    for (const each of waiting) await expect(each).rejects.toThrow('gone');
    await server.start();
    await waitingOn;
    await eventually(() => expect(late.numbers()).toEqual([0]));
    expect(given.events).toEqual([]);
    expect(events.stats.followers).toBe(2);
  });

  it('can be ended', async () => {
    const server = await createNatsProcess();
    const events = openEvents({}, server.url);
    const waiting = follow(events, 'x.a', undefined, record());
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'SHUTTING_DOWN' }), events.close()]);
  });
});

async function startOwn(
  config: Parameters<typeof createTestStream>[1] = {},
): Promise<{ server: NatsProcess; nats: NatsConnection; stream: TestStream }> {
  const server = await createNatsProcess();
  await server.start();
  const nats = await openNats(server.url);
  return { server, nats, stream: await createTestStream(nats, { storage: StorageType.File, ...config }) };
}

/** Publishes numbers one after another until it is stopped; each as often as it takes, under one message id, as an outbox does. Answers how many. */
function publishThrough(nats: NatsConnection, stream: TestStream, rest: (n: number) => string) {
  let stopped = false;
  const running = (async () => {
    let n = 0;
    for (; !stopped; n += 1) await publishSurely(nats, stream.subject(rest(n)), n);
    return n;
  })();
  return {
    stop() {
      stopped = true;
      return running;
    },
  };
}

async function publishRange(nats: NatsConnection, stream: TestStream, from: number, to: number): Promise<void> {
  for (const n of range(from, to)) await publishSurely(nats, stream.subject('a'), n);
}

async function publishSurely(nats: NatsConnection, subject: string, n: number): Promise<void> {
  const id = `${subject}/${n}`;
  const text = JSON.stringify(envelope({ id, payload: { n } }));
  for (;;) {
    try {
      await nats.jetstream().publish(subject, text, { msgID: id, timeout: 500 });
      return;
    } catch {
      // NATS is away: again, until it has been stored.
    }
  }
}
