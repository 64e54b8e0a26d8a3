import { expect, it } from 'vitest';
import { createProcessLayer } from './processLayer.js';

const value = (bytes: number) => ({
  ...{ tags: ['shop/Item:1'], generations: ['e:1'], filledAt: 0, value: {}, plain: true },
  bytes,
});

it('what was used last is held, as much as fits', () => {
  const layer = createProcessLayer(30_000);
  const first = value(2_000);
  layer.set('a', first);
  layer.set('b', value(2_000));
  layer.set('c', value(2_000));
  expect(layer.get('a')).toBe(first);
  layer.set('d', value(2_000));
  expect(['a', 'b', 'c', 'd'].filter((key) => layer.get(key))).toEqual(['a', 'c', 'd']);
  expect(layer.bytes).toBeLessThanOrEqual(30_000);
});

it('what is larger than all of it is not held, nor what it replaces', () => {
  const layer = createProcessLayer(30_000);
  layer.set('a', value(2_000));
  layer.set('a', value(20_000));
  expect([layer.get('a'), layer.bytes]).toEqual([undefined, 0]);
});
