import { expect, it } from 'vitest';
import { AutomaticQueries, hashOf, type TextStore } from './automaticQueries.js';

function create(store?: Partial<TextStore>, mostBytes = 10_000) {
  const counts = { memory: 0, store: 0, missed: 0, registered: 0, mismatched: 0 };
  const gets: string[] = [];
  const sets: unknown[][] = [];
  const full: TextStore = {
    get: async () => null,
    set: async () => 'OK',
    ...store,
  };
  const clock = { now: 0 };
  const queries = new AutomaticQueries({
    now: () => clock.now,
    mostBytes,
    ttlSeconds: 60,
    counts,
    store: store && {
      get(key) {
        gets.push(key);
        return full.get(key);
      },
      set(...given) {
        sets.push(given);
        return full.set(...given);
      },
    },
  });
  return { queries, counts, gets, sets, clock };
}

const hash = hashOf('{ a }');

it('what is missed at the same time is read once', async () => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const { queries, counts, gets } = create({ get: () => promise });
  const waiting = [queries.find(hash), queries.find(hash), queries.find(hash)];
  resolve('{ a }');
  expect(await Promise.all(waiting)).toEqual(['{ a }', '{ a }', '{ a }']);
  expect(gets).toEqual([`apq:${hash}`]);
  expect(queries.find(hash)).toBe('{ a }');
  expect(counts).toMatchObject({ store: 1, memory: 1, missed: 0 });
});

it('a store that fails is like one that has nothing, and is asked again', async () => {
  const { queries, gets, counts } = create({ get: async () => Promise.reject(new Error('away')) });
  expect(await queries.find(hash)).toBeUndefined();
  expect(await queries.find(hash)).toBeUndefined();
  expect([gets.length, counts.missed]).toEqual([2, 2]);
});

it('a text that has another hash is not taken', async () => {
  const { queries } = create({ get: async () => '{ b }' });
  expect(await queries.find(hash)).toBeUndefined();
  expect(queries.knows(hash, '{ b }')).toBe(false);
});

it('the store is asked for hashes only', () => {
  const { queries, gets } = create({});
  for (const id of ['a', hash.toUpperCase(), `${hash}\n`, '../x']) expect(queries.find(id)).toBeUndefined();
  expect(gets).toEqual([]);
});

it('a text is written once, with its time, and nobody waits for it', () => {
  const { queries, sets } = create({ set: () => new Promise(() => {}) });
  queries.learn(hash, '{ a }');
  queries.learn(hash, '{ a }');
  expect(sets).toEqual([[`apq:${hash}`, '{ a }', 'EX', 60]]);
  expect(queries.knows(hash, '{ a }')).toBe(true);
});

it('remembers within its bytes, the last used', () => {
  const { queries } = create(undefined, 3_000);
  const texts = Array.from({ length: 4 }, (_, index) => `{ ${'a'.repeat(300)}${index} }`);
  for (const text of texts) {
    queries.learn(hashOf(text), text);
    queries.find(hashOf(texts[0] as string));
  }
  expect(texts.map((text) => queries.knows(hashOf(text), text))).toEqual([true, false, true, true]);
  // One that is larger than all of it is not kept, and pushes nothing out.
  const huge = 'x'.repeat(5_000);
  queries.learn(hashOf(huge), huge);
  expect(queries.knows(hashOf(huge), huge)).toBe(false);
  expect(queries.knows(hashOf(texts[0] as string), texts[0] as string)).toBe(true);
});

it('writes no more to the store in an hour than it remembers itself, whatever clients register', () => {
  const { queries, sets, clock } = create({}, 3_000);
  const learn = (from: number) => {
    for (let index = from; index < from + 50; index += 1) {
      const text = `{ ${'a'.repeat(300)}${index} }`;
      queries.learn(hashOf(text), text);
    }
  };
  learn(0);
  expect(sets).toHaveLength(3);
  clock.now += 3_599_999;
  learn(50);
  expect(sets).toHaveLength(3);
  clock.now += 1;
  learn(100);
  expect(sets).toHaveLength(6);
});
