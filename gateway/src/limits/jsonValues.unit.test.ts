import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkJsonValues } from './jsonValues.js';

const isRefused = (text: string, most: number) => {
  try {
    checkJsonValues(text, most);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ code: 'TOO_MANY_VALUES' });
    return true;
  }
};

it('lets pass up to the limit and not one more', () => {
  expect(isRefused('[1,2,3,4]', 4)).toBe(false);
  expect(isRefused('[1,2,3,4]', 3)).toBe(true);
  expect(isRefused('{"a":{},"b":[]}', 4)).toBe(false);
  expect(isRefused('{"a":{},"b":[]}', 3)).toBe(true);
});

it('counts nothing in strings, whatever they end with', () => {
  expect(isRefused(JSON.stringify({ a: ',[{'.repeat(500), 'b"\\': '\\\\",,,' }), 3)).toBe(false);
  expect(isRefused('"never ends ,,,,,,,,,,', 3)).toBe(false);
});

it('counts at least the values that there are, and of an object no more than one more each', () => {
  const count = (value: unknown): { values: number; holders: number } => {
    if (typeof value !== 'object' || value === null) return { values: 1, holders: 0 };
    const inner = Object.values(value).map(count);
    return {
      values: inner.reduce((sum, each) => sum + each.values, 1),
      holders: inner.reduce((sum, each) => sum + each.holders, 1),
    };
  };
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = JSON.stringify(value);
      const { values, holders } = count(value);
      if (values - 1 > 0) expect(isRefused(text, values + holders)).toBe(false);
      if (text.length > values && values > holders + 1) expect(isRefused(text, values - holders - 1)).toBe(true);
    }),
  );
});
