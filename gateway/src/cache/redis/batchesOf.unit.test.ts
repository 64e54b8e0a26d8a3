import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchesOf } from './batchesOf.js';

const fill = (bytes: number, tags: number) => ({
  key: 'k',
  tags: Array.from({ length: tags }, (_each, index) => `shop/Item:${index}`),
  payload: 'x'.repeat(bytes),
  ttlMs: 1,
});

it('values stay in their order, in batches that are bounded', () => {
  const fills = fc.array(fc.tuple(fc.integer({ min: 0, max: 1_100_000 }), fc.integer({ min: 0, max: 1_100 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fills, (given) => {
      const all = given.map(([bytes, tags]) => fill(bytes, tags));
      const batches = batchesOf(all);
      expect(batches.flat()).toEqual(all.filter(({ payload }) => payload.length <= 1_000_000));
      for (const batch of batches) {
        const tags = batch.reduce((sum, each) => sum + each.tags.length, 0);
        expect(batch.length === 1 || tags <= 1_000).toBe(true);
        expect(batch.reduce((sum, { payload }) => sum + payload.length, 0)).toBeLessThanOrEqual(1_000_000);
      }
    }),
    { numRuns: 30 },
  );
});

it('at most 100 are together; of nothing there are none', () => {
  expect(batchesOf(Array.from({ length: 250 }, () => fill(1, 1))).map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(batchesOf([])).toEqual([]);
});

it('what takes too many bytes is left out, however few characters they are', () => {
  expect(batchesOf([{ ...fill(0, 1), payload: '€'.repeat(400_000) }])).toEqual([]);
});
