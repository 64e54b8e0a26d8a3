import { describe, expect, it } from 'vitest';
import { cellText } from './copyRows.ts';

describe('a cell of COPY', () => {
  it.each([
    [null, '\\N'],
    [true, 'true'],
    [4_200, '4200'],
    ['a\tb\\c\nd', 'a\\tb\\\\c\\nd'],
    [Buffer.from([1, 255]), '\\\\x01ff'],
    [new Date('2026-11-01T00:00:00.123Z'), '2026-11-01T00:00:00.123Z'],
    [['a', 'b"c'], '{"a","b\\\\"c"}'],
    [{ a: 'b\\' }, '{"a":"b\\\\\\\\"}'],
  ])('of %j is %s', (value, text) => {
    expect(cellText(value)).toBe(text);
  });
});
