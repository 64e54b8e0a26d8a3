import { describe, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { createTestStream, envelope, follow, openEvents, openNats, range, record } from './fixtures/streamFixture.js';

describe('live events', () => {
  it('come in order to those who follow their subject, as the message says', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    await stream.publish('offer.made.ann', { payload: { n: -1 } });
    const events = openEvents();
    const [ann, all, made, ben] = [record(), record(), record(), record()];
    const following = await follow(events, stream.subject('offer.*.ann'), undefined, ann);
    await follow(events, stream.subject('offer.*.*'), undefined, all);
    await follow(events, stream.subject('offer.made.*'), undefined, made);
    await follow(events, stream.subject('offer.made.ben'), undefined, ben);
    expect(following.from).toBe(1);
    expect(events.stats).toEqual({ subjects: 4, followers: 4, connected: true });

    await stream.publishMany(0, 600, (n) => `offer.${n % 2 ? 'made' : 'taken'}.${n % 3 ? 'ann' : 'ben'}`);
    await stream.publish('offer', { payload: { n: 1_000 } });
    await stream.publish('offer.made.ann.twice', { payload: { n: 1_001 } });
    await stream.publish('offer.made.ben', { kind: 'OVER', type: 'shop.offer.made', payload: { n: 1_002 } });

    await eventually(() => expect(ben.numbers()).toContain(1_002));
    await eventually(() => expect(all.numbers()).toContain(1_002));
    const numbers = range(0, 600);
    expect(all.numbers().toSorted((a, b) => a - b)).toEqual([...numbers, 1_002]);
    expect(ann.numbers().toSorted((a, b) => a - b)).toEqual(numbers.filter((n) => n % 3));
    expect(made.numbers().toSorted((a, b) => a - b)).toEqual([...numbers.filter((n) => n % 2), 1_002]);
    const positions = all.events.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(all.events.every(({ replayed }) => !replayed)).toBe(true);
    expect(all.events.at(-1)).toMatchObject({ kind: 'OVER', occurredAt: Date.parse('2026-01-02T03:04:05.000Z') });
    expect(all.events[0]).toMatchObject({ kind: 'CHANGED', entities: [{ __typename: 'Item', key: '1' }] });
  });

  it('come by one consumer for all the subjects of a stream, which goes when nobody follows any more', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents({ lingerMs: 20 });
    const followings = await Promise.all(
      range(0, 500).map((n) => follow(events, stream.subject(`own.${n}`), undefined, record())),
    );
    expect(await stream.consumers()).toHaveLength(1);
    expect(events.stats.followers).toBe(500);
    for (const following of followings) following.stop();
    expect(events.stats).toMatchObject({ subjects: 0, followers: 0 });
    await eventually(async () => expect(await stream.consumers()).toEqual([]));

    const again = record();
    await follow(events, stream.subject('own.7'), undefined, again);
    await stream.publish('own.7', { payload: { n: 7 } });
    await eventually(() => expect(again.numbers()).toEqual([7]));
  });

  it('that are no valid envelope are left out and counted', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents();
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    const { id: _, ...withoutId } = envelope();
    const broken = ['not JSON', '[]', JSON.stringify(withoutId), JSON.stringify(envelope({ entities: [{ key: 1 }] }))];
    for (const text of [...broken, JSON.stringify(envelope({ occurredAt: 'then' }))]) {
      await nats.jetstream().publish(stream.subject('a'), text);
    }
    await stream.publish('a', { payload: { n: 1 } });
    await eventually(() => expect(follower.numbers()).toEqual([1]));
    expect(events.counters.invalid).toBe(5);
  });

  it('that were published twice come once', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents();
    const before = record();
    await follow(events, stream.subject('a'), undefined, before);
    await stream.publish('a', { id: 'x', payload: { n: 1 } });
    await stream.publish('a', { id: 'y', payload: { n: 2 } });
    await stream.publish('a', { id: 'x', payload: { n: 3 } });
    await stream.publish('a', { id: 'z', payload: { n: 4 } });
    await eventually(() => expect(before.numbers()).toEqual([1, 2, 4]));
    // Seen by the client before it came again, and the first one out of sight of its replay.
    const after = record();
    await follow(events, stream.subject('a'), 2, after);
    await eventually(() => expect(after.numbers()).toEqual([4]));
    // With a process that has not seen them.
    const anew = record();
    await follow(openEvents(), stream.subject('a'), 0, anew);
    await eventually(() => expect(anew.numbers()).toEqual([1, 2, 4]));
    // The second one live, when the first one was replayed.
    await stream.publish('a', { id: 'y', payload: { n: 5 } });
    await stream.publish('a', { id: 'last', payload: { n: 6 } });
    await eventually(() => expect(anew.numbers()).toEqual([1, 2, 4, 6]));
  });
});

describe('a follower', () => {
  it('gets the next event when it is done with the one before', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    let open = 0;
    let most = 0;
    const follower = record(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    });
    const events = openEvents();
    await stream.publishMany(0, 100, () => 'a');
    await follow(events, stream.subject('a'), 0, follower);
    await stream.publishMany(100, 200, () => 'a');
    await eventually(() => expect(follower.events).toHaveLength(200));
    expect(most).toBe(1);
  });

  it('that is too slow is told so, while others go on', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents({ queueEvents: 50 });
    const stuck = record(() => new Promise<void>(() => {}));
    const quick = record();
    await follow(events, stream.subject('*'), undefined, stuck);
    await follow(events, stream.subject('*'), undefined, quick);
    await stream.publishMany(0, 500, (n) => `own${n}`);
    await eventually(() => expect(quick.events).toHaveLength(500));
    expect(stuck.lostFor).toEqual(['slow']);
    expect(stuck.events).toHaveLength(1);
    expect(events.stats.followers).toBe(1);
    expect(events.counters.slow).toBe(1);
  });

  it('that fails is not served any more', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents();
    const [throwing, rejecting, well] = [
      record(() => {
        throw new Error('no');
      }),
      record(() => Promise.reject(new Error('no'))),
      record(),
    ];
    for (const each of [throwing, rejecting, well]) await follow(events, stream.subject('a'), undefined, each);
    await stream.publishMany(0, 10, () => 'a');
    await eventually(() => expect(well.events).toHaveLength(10));
    expect([throwing, rejecting].map(({ events: { length }, lostFor }) => [length, lostFor])).toEqual([
      [1, ['gone']],
      [1, ['gone']],
    ]);
  });

  it('gets nothing after it has stopped, and nothing after the end', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents();
    await stream.publishMany(0, 10, () => 'a');
    const [stopping, staying] = [record(), record()];
    const following = await follow(events, stream.subject('a'), 0, stopping);
    following.stop();
    await follow(events, stream.subject('a'), 0, staying);
    await eventually(() => expect(staying.events).toHaveLength(10));
    expect(stopping.events).toEqual([]);

    await events.close();
    expect(await stream.consumers()).toEqual([]);
    await stream.publishMany(10, 20, () => 'a');
    await expect(follow(events, stream.subject('a'), 0, record())).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(staying.events).toHaveLength(10);
    expect(staying.lostFor).toEqual([]);
  });

  it('is refused where no stream has the subject, until there is one', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents();
    await stream.remove();
    const follower = record();
    const tried = () => follow(events, stream.subject('a'), undefined, follower);
    await expect(tried()).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
    await stream.create();
    await eventually(tried);
    await stream.publish('a', { payload: { n: 1 } });
    await eventually(() => expect(follower.numbers()).toEqual([1]));
  });

  it('is told when its stream is gone', async () => {
    const nats = await openNats();
    const stream = await createTestStream(nats);
    const events = openEvents({ goneAfterMs: 100 });
    const follower = record();
    await follow(events, stream.subject('a'), undefined, follower);
    await stream.remove();
    await eventually(() => expect(follower.lostFor).toEqual(['gone']));
    await expect(follow(events, stream.subject('a'), undefined, record())).rejects.toMatchObject({
      code: 'EVENTS_UNAVAILABLE',
    });
  });
});
