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
