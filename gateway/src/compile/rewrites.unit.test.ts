import { describe, expect, it } from 'vitest';
import { applyRewrites, isOfType } from './rewrites.js';

const subtypes = new Map([['Animal', new Set(['Cat', 'Dog'])]]);
const rename = (path: string[], renameKeyTo: string) => ({ kind: 'KeyRenamer', path, renameKeyTo }) as const;
const set = (path: string[], setValueTo: unknown) => ({ kind: 'ValueSetter', path, setValueTo }) as const;
/** What remains of the data as JSON. */
const rewritten = (data: unknown, ...rewrites: Parameters<typeof applyRewrites>[0]) => {
  applyRewrites(rewrites, data, subtypes);
  return JSON.parse(JSON.stringify(data));
};

describe('rewrites', () => {
  it('set a value', () => {
    expect(rewritten({ __typename: 'Cat', id: 1 }, set(['__typename'], 'Animal'))).toEqual({
      __typename: 'Animal',
      id: 1,
    });
    expect(rewritten({ a: { b: 1 } }, set(['a', 'b'], null))).toEqual({ a: { b: null } });
  });

  it('rename a key, and keep the rest', () => {
    expect(rewritten({ name__alias_0: 'x', id: 1 }, rename(['name__alias_0'], 'name'))).toEqual({ id: 1, name: 'x' });
    expect(rewritten({ other: 1 }, rename(['name'], 'label'))).toEqual({ other: 1 });
    expect(rewritten({ a: null }, rename(['a'], 'b'))).toEqual({ b: null });
  });

  it('go through lists, at any depth', () => {
    const data = { list: [{ a: 1 }, null, [{ a: 2 }, { c: 3 }]] };
    expect(rewritten(data, rename(['list', 'a'], 'b'))).toEqual({ list: [{ b: 1 }, null, [{ b: 2 }, { c: 3 }]] });
  });

  it('hold for objects of a type and its subtypes, and for those whose type is not known', () => {
    const data = [{ __typename: 'Cat', a: 1 }, { __typename: 'Fish', a: 2 }, { a: 3 }, { __typename: 'Animal', a: 4 }];
    expect(rewritten(data, rename(['... on Animal', 'a'], 'b')).map(({ b }: { b?: number }) => b)).toEqual([
      1,
      undefined,
      3,
      4,
    ]);
    expect(rewritten({ __typename: 'Dog', in: { x: 1 } }, rename(['... on Cat', 'in', 'x'], 'y'))).toEqual({
      __typename: 'Dog',
      in: { x: 1 },
    });
  });

  it('are applied one after the other', () => {
    expect(rewritten({ a: 1, b: 2 }, rename(['a'], 'c'), rename(['b'], 'a'))).toEqual({ c: 1, a: 2 });
    expect(rewritten({ a: 1 }, rename(['a'], 'b'), rename(['a'], 'c'))).toEqual({ b: 1 });
  });

  it('pass over what is not there, or no object', () => {
    for (const data of [null, 5, 'text', {}, { a: 5 }, { a: null }, []])
      expect(rewritten(data, rename(['a', 'b'], 'c'), set(['a', 'b'], 1))).toEqual(data);
    expect(rewritten({ a: 1 }, rename([], 'x'))).toEqual({ a: 1 });
    // Not the inherited one.
    expect(rewritten({}, rename(['toString'], 'x'))).toEqual({});
  });
});

it('a type is of itself and of its supertypes', () => {
  expect(isOfType('Cat', 'Cat', subtypes)).toBe(true);
  expect(isOfType('Cat', 'Animal', subtypes)).toBe(true);
  expect(isOfType('Animal', 'Cat', subtypes)).toBe(false);
  expect(isOfType('Cat', 'Unknown', subtypes)).toBe(false);
});
