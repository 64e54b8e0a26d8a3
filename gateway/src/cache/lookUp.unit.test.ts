import { expect, it } from 'vitest';
import type { CacheStore, Tag } from './cacheStore.js';
import { lookUp } from './lookUp.js';
import { createProcessLayer } from './processLayer.js';

const LIST = 'shop/Item';
const OWN = 'shop/@own:me';
const HINTS = { maxAgeMs: 60_000, staleMs: 60_000 };

/** Looks for a list that was kept at 5 of an epoch, in a store that has these generations. */
async function isFound(clock: string | undefined, generations: Readonly<Record<Tag, string>>): Promise<unknown> {
  const layer = createProcessLayer(10_000);
  const kept = { tags: [LIST], generations: ['e:5'], filledAt: Date.now(), value: [1], plain: true, bytes: 3 };
  layer.set('list', kept);
  const read: CacheStore['read'] = async (tags) => ({
    clock,
    generations: tags.map((tag) => generations[tag]),
    values: [],
  });
  const { found } = await lookUp([{ key: 'list', tags: [LIST] }], HINTS, OWN, { read } as CacheStore, layer);
  return found[0] && (found[0].isStale ? 'stale' : 'fresh');
}

it('what has changed may be shown as it was', async () => {
  expect(await isFound('e:9', { [LIST]: 'e:5' })).toBe('fresh');
  expect(await isFound('e:9', { [LIST]: 'e:9' })).toBe('stale');
  expect(await isFound('e:9', {})).toBe('stale');
});

it('but not to who has changed something since', async () => {
  expect(await isFound('e:9', { [LIST]: 'e:9', [OWN]: 'e:8' })).toBeUndefined();
  expect(await isFound('e:9', { [LIST]: 'e:9', [OWN]: 'e:4' })).toBe('stale');
});

it('nor where it is not known who has: in another epoch, or in none', async () => {
  expect(await isFound('f:1', {})).toBeUndefined();
  expect(await isFound('f:3', { [LIST]: 'f:2', [OWN]: 'f:2' })).toBeUndefined();
  expect(await isFound(undefined, {})).toBeUndefined();
});

it('what is outdated in the process is taken from the store, if that has it as it is by now', async () => {
  const layer = createProcessLayer(10_000);
  const kept = { filledAt: Date.now(), plain: true, bytes: 3 };
  const item = (id: string) => ({ key: id, tags: [`shop/Item:${id}`] });
  for (const id of ['1', '2', '3'])
    layer.set(id, { ...kept, tags: [`shop/Item:${id}`], generations: ['e:5'], value: `old ${id}` });
  const generations: Readonly<Record<Tag, string>> = {
    'shop/Item:1': 'e:5',
    'shop/Item:2': 'e:7',
    'shop/Item:3': 'e:8',
  };
  const asked: (readonly string[])[] = [];
  const read: CacheStore['read'] = async (tags, keys) => {
    asked.push(keys);
    // The third one changed once more after it was filled.
    const stored = (id: string) => ({
      ...{ tags: [`shop/Item:${id}`], generations: ['e:7'], filledAt: Date.now(), payload: `"new ${id}"` },
    });
    return { clock: 'e:9', generations: tags.map((tag) => generations[tag]), values: keys.map(stored) };
  };
  const look = () =>
    lookUp(['1', '2', '3'].map(item), { maxAgeMs: 60_000, staleMs: 0 }, undefined, { read } as CacheStore, layer);
  expect((await look()).found.map((each) => each?.value)).toEqual(['old 1', 'new 2', undefined]);
  expect(asked).toEqual([[], ['2', '3']]);
  expect((await look()).found.map((each) => each?.value)).toEqual(['old 1', 'new 2', undefined]);
  expect(asked.slice(2)).toEqual([[], ['3']]);
});
