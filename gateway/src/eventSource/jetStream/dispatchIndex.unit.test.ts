import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DispatchIndex } from './dispatchIndex.js';
import { subjectsOverlap } from './streamLocations.js';

const part = fc.constantFrom('a', 'b', 'c');
const subject = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('.'));
const followed = fc
  .array(fc.oneof(part, fc.constant('*')), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('.'));

describe('DispatchIndex', () => {
  it('finds those whose subject matches, as they come and go', () => {
    fc.assert(
      fc.property(fc.array(followed, { maxLength: 20 }), fc.array(subject), fc.nat(20), (patterns, subjects, gone) => {
        const index = new DispatchIndex<number>();
        for (const [number, pattern] of patterns.entries()) index.add(pattern, number);
        for (const [number, pattern] of patterns.slice(0, gone).entries()) index.remove(pattern, number);
        for (const each of subjects) {
          const found: number[] = [];
          index.each(each, (number) => found.push(number));
          const expected = [...patterns.entries()].filter(
            ([n, pattern]) => n >= gone && subjectsOverlap(pattern, each),
          );
          expect(found.toSorted((a, b) => a - b)).toEqual(expected.map(([number]) => number));
        }
      }),
    );
  });

  it('forgets a follower once, however often it is removed', () => {
    const index = new DispatchIndex<string>();
    index.add('a.*', 'one');
    index.add('b.*', 'other');
    index.remove('a.*', 'one');
    index.remove('a.*', 'one');
    const found: string[] = [];
    index.each('b.x', (follower) => found.push(follower));
    expect(found).toEqual(['other']);
    expect([index.has('a.*', 'one'), index.has('b.*', 'other')]).toEqual([false, true]);
  });
});

describe('subjectsOverlap', () => {
  it.each([
    ['a.>', 'a.b', true],
    ['a.>', 'a.*.c', true],
    ['a.>', 'a', false],
    ['a.b.>', 'a.*.c', true],
    ['a.b', 'a.*', true],
    ['a.b', 'a.c', false],
    ['a.*.c', 'a.b.*', true],
    ['a.*', 'a.b.c', false],
    ['>', 'a', true],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(subjectsOverlap(one, other)).toBe(expected);
    expect(subjectsOverlap(other, one)).toBe(expected);
  });
});
