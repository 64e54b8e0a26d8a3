import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rangeBlocks } from './rangeBlocks.js';

const DAY_MS = 86_400_000;
const lengths = [8, 64];
const nameOf = (day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10);

it('covers each day of a range once, and no other, by few blocks', () => {
  fc.assert(
    fc.property(fc.integer({ min: 15_000, max: 30_000 }), fc.integer({ min: 0, max: 365 }), (first, more) => {
      const blocks = rangeBlocks(nameOf(first), nameOf(first + more), lengths);
      const covered = blocks.flatMap(({ level, days }) => {
        const length = [1, ...lengths][level] ?? 0;
        return days.flatMap((day) => Array.from({ length }, (_, n) => Date.parse(day) / DAY_MS + n));
      });
      expect(covered.sort((a, b) => a - b)).toEqual(Array.from({ length: more + 1 }, (_, n) => first + n));
      expect(blocks.flatMap(({ days }) => days).length).toBeLessThanOrEqual(7 + 7 + 7 + 7 + 5);
    }),
  );
});
