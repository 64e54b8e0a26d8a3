import { describe, expect, it } from 'vitest';
import { SubscriberQueue } from './subscriberQueue.js';

const payload = (json: string) => ({ json, cursor: json, codes: [], occurredAt: undefined });
const queueOf = (payloads: number, bytes = 1_000) => {
  const queue = new SubscriberQueue({ payloads, bytes });
  const left: string[] = [];
  queue.whenLeft(() => left.push('left'));
  return { queue, left };
};

describe('what waits for a subscriber', () => {
  it('is taken in order, whether it was there before or comes later', async () => {
    const { queue } = queueOf(10);
    queue.push(payload('1'));
    queue.push(payload('2'));
    expect((await queue.next()).value?.json).toBe('1');
    expect((await queue.next()).value?.json).toBe('2');
    const next = queue.next();
    queue.push(payload('3'));
    expect((await next).value?.json).toBe('3');
    expect(queue.length).toBe(0);
  });

  it.each([
    ['number', queueOf(2), 'x'],
    ['bytes', queueOf(100, 5), 'xx'],
  ])(
    'is bounded by %s: beyond it the subscriber is told to come again, and gets nothing out of order',
    async (_bound, { queue, left }, json) => {
      expect(queue.push(payload(json))).toBe(true);
      expect(queue.push(payload(json))).toBe(true);
      expect(queue.push(payload(json))).toBe(false);
      expect(queue.length).toBe(0);
      expect(queue.push(payload('late'))).toBe(true);
      await expect(queue.next()).rejects.toMatchObject({ reason: 'SLOW_CONSUMER' });
      expect(left).toEqual(['left']);
      expect(await queue.next()).toEqual({ value: undefined, done: true });
    },
  );

  it('is still taken when its source has ended, and then the end is told once', async () => {
    const { queue, left } = queueOf(10);
    queue.push(payload('1'));
    queue.finish();
    expect((await queue.next()).value?.json).toBe('1');
    expect(left).toEqual([]);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    expect(left).toEqual(['left']);
    expect(queue.isOver).toBe(true);
  });

  it('ends at once for who waits', async () => {
    const { queue } = queueOf(10);
    const waiting = queue.next();
    queue.finish('GOING_AWAY', 'bye');
    await expect(waiting).rejects.toMatchObject({ reason: 'GOING_AWAY', message: 'bye' });
    expect((await queue.next()).done).toBe(true);
  });

  it('is dropped when the subscriber goes', async () => {
    const { queue, left } = queueOf(10);
    queue.push(payload('1'));
    const done = await queue.return();
    expect(done.done).toBe(true);
    expect(left).toEqual(['left']);
    expect((await queue.next()).done).toBe(true);
    const told: string[] = [];
    queue.whenLeft(() => told.push('at once'));
    expect(told).toEqual(['at once']);
  });
});
