import { describe, expect, it } from 'vitest';
import { objectsAt, positionsAt, readPath } from './responsePath.js';

const subtypes = new Map([
  ['Animal', new Set(['Cat', 'Dog'])],
  ['Thing', new Set<string>()],
]);
const at = (data: object, path: string, unique = false) =>
  objectsAt([data], readPath(path.split('.').filter((step) => step !== '')), subtypes, unique);
const positions = (data: object, path: string) =>
  positionsAt(data, readPath(path.split('.').filter((step) => step !== '')), subtypes).map(({ position }) => position);

describe('the path of a plan', () => {
  it('is read step by step, with types', () => {
    expect(readPath(['a', '@', 'b|[Cat,Dog]', '@|Cat', '@|[Cat, Dog]'])).toEqual([
      { key: 'a', types: undefined },
      { key: undefined, types: undefined },
      { key: 'b', types: ['Cat', 'Dog'] },
      { key: undefined, types: ['Cat'] },
      { key: undefined, types: ['Cat', 'Dog'] },
    ]);
  });

  it('of no steps reaches the data itself', () => {
    const data = {};
    expect(at(data, '')).toEqual([data]);
    expect(positions(data, '')).toEqual([[]]);
  });

  it('goes through objects and lists of lists', () => {
    const data = { a: { b: [[{ id: 1 }, null], [], [{ id: 2 }]] } };
    expect(at(data, 'a.b.@.@')).toEqual([{ id: 1 }, { id: 2 }]);
    expect(positions(data, 'a.b.@.@')).toEqual([
      ['a', 'b', 0, 0],
      ['a', 'b', 2, 0],
    ]);
  });

  it('leaves out what is null, missing or of another shape', () => {
    for (const data of [{}, { a: null }, { a: 5 }, { a: 'text' }, { a: [] }, { a: { b: [null, 5, undefined] } }]) {
      expect(at(data, 'a.b.@')).toEqual([]);
      expect(positions(data, 'a.b.@')).toEqual([]);
    }
    // A list where the path expects an object, and an object where it expects a list.
    expect(at({ a: [{ b: {} }] }, 'a.b')).toEqual([]);
    expect(at({ a: { b: {} } }, 'a.@.b')).toEqual([]);
    expect(at({ a: [{}] }, 'a')).toEqual([]);
  });

  it('goes on only to objects of the types it names, and of their subtypes', () => {
    const data = { a: [{ __typename: 'Cat' }, { __typename: 'Dog' }, { __typename: 'Fish' }, { id: 'unknown' }] };
    expect(positions(data, 'a.@|[Cat]')).toEqual([
      ['a', 0],
      ['a', 3],
    ]);
    expect(positions(data, 'a.@|[Animal]')).toEqual([
      ['a', 0],
      ['a', 1],
      ['a', 3],
    ]);
    // On the step before a list the condition is one for its elements, which the next step looks at.
    expect(at(data, 'a|[Cat].@')).toHaveLength(4);
    expect(at({ a: { __typename: 'Fish', b: {} } }, 'a|[Cat].b')).toEqual([]);
    expect(at({ a: { __typename: 'Thing' } }, 'a|[Thing]')).toHaveLength(1);
  });

  it('gives each object once where they may be shared, and each of its positions', () => {
    const shared = { id: 1, list: [{ id: 2 }] };
    const data = { a: [shared, { id: 3, list: shared.list }, shared] };
    expect(at(data, 'a.@', true)).toEqual([shared, data.a[1]]);
    expect(at(data, 'a.@.list.@', true)).toEqual([{ id: 2 }]);
    expect(at(data, 'a.@.list.@')).toHaveLength(3);
    expect(positions(data, 'a.@.list.@')).toEqual([0, 1, 2].map((index) => ['a', index, 'list', 0]));
  });

  it('finds with both functions the same objects in the same order', () => {
    const data = { a: [{ b: [{ c: { id: 1 } }, { c: null }] }, null, { b: null }, { b: [{ c: { id: 2 } }] }] };
    const steps = readPath(['a', '@', 'b', '@', 'c']);
    expect(positionsAt(data, steps, subtypes).map(({ object }) => object)).toEqual(
      objectsAt([data], steps, subtypes, false),
    );
  });
});
