import { expect, it } from 'vitest';
import { lagFigures } from './lagFigures.ts';

it('counts an event by when it was published', () => {
  const windows = [
    { from: 100, until: 200 },
    { from: 500, until: 600 },
  ];
  const { outside, within } = lagFigures(
    [
      [99, 10],
      [100, 2000],
      [200, 1000],
      [201, 20],
      [550, 3000],
      [700, 30],
    ],
    windows,
  );
  expect(outside).toEqual({ events: 3, mean: 20, p50: 20, p99: 30, max: 30 });
  expect(within).toEqual({ events: 3, mean: 2000, p50: 2000, p99: 3000, max: 3000 });
});

it('has no figures of no events', () => {
  const { outside } = lagFigures([], []);
  expect(outside.events).toBe(0);
  expect([outside.mean, outside.p50, outside.p99, outside.max]).toEqual(Array(4).fill(Number.NaN));
});
