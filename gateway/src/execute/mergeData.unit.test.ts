import { describe, expect, it } from 'vitest';
import { copy, mergeData } from './mergeData.js';

// biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
type Json = any;

const merged = (target: Json, source: Json) => {
  mergeData(target, source);
  return target;
};

describe('mergeData', () => {
  const cases: Record<string, { target: Json; source: Json; result: Json }> = {
    'adds what is not there': { target: { a: 1 }, source: { b: 2 }, result: { a: 1, b: 2 } },
    'replaces leaves': { target: { a: 1, b: 'x' }, source: { a: 2, b: null }, result: { a: 2, b: null } },
    'merges objects': {
      target: { a: { b: { c: 1 }, d: 1 } },
      source: { a: { b: { e: 2 } } },
      result: { a: { b: { c: 1, e: 2 }, d: 1 } },
    },
    'merges lists of the same length, element by element': {
      target: { a: [{ b: 1 }, 2, null, [{ c: 1 }]] },
      source: { a: [{ d: 2 }, 3, { e: 1 }, [{ f: 1 }]] },
      result: { a: [{ b: 1, d: 2 }, 3, { e: 1 }, [{ c: 1, f: 1 }]] },
    },
    'takes a list of another length': {
      target: { a: [{ b: 1 }, { b: 2 }] },
      source: { a: [{ c: 1 }] },
      result: { a: [{ c: 1 }] },
    },
    'takes an object in the place of a list, and a list in that of an object': {
      target: { a: [1], b: { c: 1 } },
      source: { a: { d: 1 }, b: [2] },
      result: { a: { d: 1 }, b: [2] },
    },
    'takes a leaf in the place of an object, and an object in that of a leaf': {
      target: { a: { b: 1 }, c: 1 },
      source: { a: 'x', c: { d: 1 } },
      result: { a: 'x', c: { d: 1 } },
    },
    'passes over what was renamed away': { target: { a: 1 }, source: { a: undefined }, result: { a: 1 } },
  };
  for (const [what, { target, source, result }] of Object.entries(cases)) {
    it(what, () => expect(merged(target, source)).toEqual(result));
  }

  it('takes values over without copying them', () => {
    const source = { a: { b: 1 } };
    expect(merged({}, source).a).toBe(source.a);
  });

  it('copies the values of the given keys, and all that is merged below them', () => {
    const source = { a: { b: [{ c: 1 }] }, d: { e: 1 } };
    const first: Json = {};
    const second: Json = { a: { x: 1 } };
    for (const target of [first, second]) mergeData(target, source, new Set(['a']));
    first.a.b[0].c = 'changed';
    second.a.b.push('more');
    expect(source).toEqual({ a: { b: [{ c: 1 }] }, d: { e: 1 } });
    expect(second.a).toEqual({ x: 1, b: [{ c: 1 }, 'more'] });
    expect(first.d).toBe(source.d);
  });

  it('copies everything where it is told so', () => {
    const source = { a: { b: 1 }, c: [{ d: 1 }] };
    const target: Json = {};
    mergeData(target, source, 'all');
    expect(target).toEqual(source);
    expect(target.a).not.toBe(source.a);
    expect(target.c[0]).not.toBe(source.c[0]);
  });
});

it('values nested more deeply than the stack allows are merged and copied as far as anybody asks for them', () => {
  const deep = () => JSON.parse(`{"a":${'{"b":['.repeat(50_000)}${']}'.repeat(50_000)}}`);
  const target = deep();
  for (const copied of [undefined, 'all', new Set(['a'])] as const) {
    mergeData(target, deep(), copied);
    mergeData({}, deep(), copied);
  }
  expect(target.a.b[0].b[0]).toHaveProperty('b');
  expect(copy(deep()).a.b[0].b[0]).toHaveProperty('b');
});

describe('names that objects inherit', () => {
  const hostile = () =>
    JSON.parse('{"__proto__":{"bad":1},"constructor":{"prototype":{"bad":2}},"toString":{"bad":3}}');

  it('are data like others, and `__proto__` is nobody’s', () => {
    const target: Json = {};
    mergeData(target, hostile());
    mergeData(target, { list: [hostile()], inner: { ...hostile() } });
    mergeData(target, { list: [hostile()], inner: hostile() });
    expect(Object.keys(target)).toEqual(['constructor', 'toString', 'list', 'inner']);
    expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
    expect(target.constructor).toEqual({ prototype: { bad: 2 } });
  });

  it('leave the prototypes of all objects as they are', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    for (const copied of [undefined, 'all', new Set(['constructor', '__proto__'])] as const) {
      mergeData({ constructor: { prototype: {} }, a: { b: {} } }, { ...hostile(), a: { b: hostile() } }, copied);
      mergeData({}, hostile(), copied);
    }
    const copied = copy(hostile());
    expect(Object.getPrototypeOf(copied)).toBe(Object.prototype);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Json).bad).toBeUndefined();
    expect((() => {}).constructor.prototype.bad).toBeUndefined();
  });
});
