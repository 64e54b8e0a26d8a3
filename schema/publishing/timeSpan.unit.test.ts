import { expect, it } from 'vitest';
import { readTimeSpan, writeTimeSpan } from './timeSpan.ts';

it.each([
  ['0', 0],
  ['45s', 45_000],
  ['30m', 1_800_000],
  ['12h', 43_200_000],
  ['90d', 7_776_000_000],
])('%s is so many milliseconds', (text, milliseconds) => {
  expect(readTimeSpan(text)).toBe(milliseconds);
});

it.each(['', '90', 'd', '-1d', '1.5h', '7 days', '1w', '9999999d'])('"%s" is no time span', (text) => {
  expect(readTimeSpan(text)).toBeUndefined();
});

it('is written in its largest whole unit', () => {
  expect([0, 59_000, 61_000, 7_200_000, 700_000_000].map(writeTimeSpan)).toEqual(['0s', '59s', '1m', '2h', '8d']);
});
