import { expect, it } from 'vitest';
import { createLogger } from '../../log.js';
import type { StreamEvent } from '../eventStreams.js';
import { createEventCounters } from './eventCounters.js';
import { FollowerQueue } from './followerQueue.js';
import { RecentIds } from './recentIds.js';

const event = (position: number, id = `id${position}`): StreamEvent => ({
  ...{ id, position, kind: 'K', entities: [], occurredAt: 0, message: {}, replayed: false },
});

function queueFor(floor: number) {
  const got: number[] = [];
  const follower = { event: (each: StreamEvent) => void got.push(each.position), gap: () => {}, lost: () => {} };
  const log = createLogger({ level: 'silent' });
  const counters = createEventCounters();
  const queue = new FollowerQueue({ follower, most: 100, counters, log, onEnd: () => {} }, floor);
  queue.begin();
  return { queue, got, counters };
}

it('a live event that a shared replay has read for another follower is not taken for one that was had', () => {
  // The replay went up to 12, this follower's part of it up to 10: 11 and 12 come to it live.
  const { queue, got } = queueFor(10);
  const read = new RecentIds();
  queue.hold();
  for (const position of [8, 9, 10, 11, 12]) read.repeats(`id${position}`, position);
  for (const position of [8, 9, 10]) queue.replay(event(position));
  for (const position of [11, 12]) queue.live(event(position));
  queue.goLive([read], 10);
  queue.live(event(13));
  expect(got).toEqual([8, 9, 10, 11, 12, 13]);
});

it('a live event that was published twice, and had in the replay, does not come again', () => {
  const { queue, got, counters } = queueFor(10);
  const read = new RecentIds();
  queue.hold();
  read.repeats('id9', 9);
  queue.replay(event(9));
  queue.live(event(11, 'id9'));
  queue.goLive([read], 10);
  queue.live(event(12, 'id9'));
  queue.live(event(13));
  expect(got).toEqual([9, 13]);
  expect(counters.repeated).toBe(2);
});
