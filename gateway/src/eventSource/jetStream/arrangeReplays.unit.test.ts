import { describe, expect, it } from 'vitest';
import { arrangeReplays } from './arrangeReplays.js';

const END = 1_000_000;
const at = (...distances: number[]) =>
  distances.map((distance) => ({ position: END - distance, takeOver: END, distance }));
const distances = (behinds: { distance: number }[]) => behinds.map(({ distance }) => distance);

describe('arrangeReplays', () => {
  it('reads for one with a filter, unless it is near', () => {
    expect(arrangeReplays(at(20_000), END)).toMatchObject({ together: [], apart: [{ distance: 20_000 }] });
    expect(arrangeReplays(at(0), END)).toMatchObject({ together: [{ distance: 0 }], apart: [] });
    expect(arrangeReplays(at(100), END)).toMatchObject({ together: [{ distance: 100 }], apart: [] });
  });

  it('reads once for many, however far', () => {
    const many = at(...Array.from({ length: 1_000 }, (_, index) => 50_000 + index * 10));
    expect(arrangeReplays(many, END).together).toHaveLength(1_000);
  });

  it('leaves out the few that are far', () => {
    const { together, apart } = arrangeReplays(at(500_000, 10, 20, 300_000, 30), END);
    expect(distances(together)).toEqual([10, 20, 30]);
    expect(distances(apart)).toEqual([300_000, 500_000]);
  });

  it('reads together for none beyond the limit', () => {
    const many = at(5, ...Array.from({ length: 1_000 }, () => 200));
    expect(distances(arrangeReplays(many, 100).together)).toEqual([5]);
  });

  it('takes nobody', () => {
    expect(arrangeReplays([], END)).toEqual({ together: [], apart: [] });
  });
});
