import { expect, it } from 'vitest';
import { checkDeliveries } from './checkDeliveries.ts';

const had = (id: string, numbers: number[], foreign = 0) => ({ id, numbers, foreign, gaps: 0, faults: [] });

it('finds nothing where everybody has everything, once and in order', () => {
  const sent = new Map([
    ['a', [10, 20, 30]],
    ['b', [15]],
  ]);
  expect(checkDeliveries(sent, [had('a', [1, 2, 3]), had('b', [1]), had('nothing was sent to it', [])])).toEqual({
    subscribers: 3,
    sent: 4,
    received: 4,
    missing: 0,
    doubled: 0,
    outOfOrder: 0,
    foreign: 0,
    gaps: 0,
    incomplete: 0,
    examples: [],
  });
});

it('tells what is missing, doubled, out of order and foreign', () => {
  const times = [10, 20, 30, 40];
  const check = (sent: number, numbers: number[], foreign = 0) =>
    checkDeliveries(new Map([['a', times.slice(0, sent)]]), [had('a', numbers, foreign)]);
  expect(check(3, [1, 3])).toMatchObject({
    missing: 1,
    doubled: 0,
    outOfOrder: 0,
    incomplete: 1,
    examples: [{ id: 'a', number: 2, publishedAt: 20 }],
  });
  expect(check(3, [1, 2, 2, 3])).toMatchObject({ missing: 0, doubled: 1, outOfOrder: 0, received: 4 });
  expect(check(3, [1, 2, 3, 1, 2, 3])).toMatchObject({ missing: 0, doubled: 3, outOfOrder: 0 });
  expect(check(4, [1, 3, 2, 4])).toMatchObject({ missing: 0, doubled: 0, outOfOrder: 1 });
  expect(check(1, [1, 2], 1)).toMatchObject({ foreign: 2, received: 3 });
});

it('misses everything of a subscriber that was not heard of', () => {
  expect(checkDeliveries(new Map([['a', [10, 20]]]), [])).toMatchObject({ missing: 2, incomplete: 1, subscribers: 1 });
});
