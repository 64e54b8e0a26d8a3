import { Registry } from 'prom-client';
import { afterEach, expect, it, vi } from 'vitest';
import { anonymous } from '../identity/identity.js';
import { createLogger } from '../log.js';
import { Cancellation, type RequestContext } from '../requestContext.js';
import type { Subgraph } from '../subgraph/subgraph.js';
import { createCacheCounts } from './cacheMetrics.js';
import type { CacheStore, Reading } from './cacheStore.js';
import { EntityCache } from './entityCache.js';
import { createProcessLayer } from './processLayer.js';

afterEach(() => void vi.useRealTimers());

it('a store that hangs is tried by one fetch at a time', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const readings: PromiseWithResolvers<Reading>[] = [];
  const read = () => {
    const reading = Promise.withResolvers<Reading>();
    readings.push(reading);
    return reading.promise;
  };
  let fetched = 0;
  const turns: boolean[] = [];
  const count = async () => {
    fetched += 1;
  };
  const subgraph = { name: 'shop', shares: true, fetch: count } as unknown as Subgraph;
  const cache = new EntityCache({
    store: { read } as unknown as CacheStore,
    layer: createProcessLayer(1_000),
    state: { isOn: () => true, changed: async () => {}, storeAnswers: (each) => turns.push(each) },
    counts: createCacheCounts(new Registry()),
    log: createLogger({ level: 'silent' }),
  });
  const context: RequestContext = {
    ...{ requestId: 'r', identity: anonymous, headers: {}, changed: [], disclosed: undefined },
    cancellation: new Cancellation(),
  };
  const request = { head: '', representations: undefined, variables: '', mutation: false, operationHash: '' };
  const fetch = () => cache.fetch(subgraph, { ...request, caching: undefined, tags: [] }, context);
  const asked = () => readings.length;

  const first = fetch();
  readings[0]?.reject(new Error('slow'));
  await first;
  await fetch();
  expect([asked(), fetched]).toEqual([1, 2]);

  vi.advanceTimersByTime(1_001);
  const trying = fetch();
  await Promise.all([fetch(), fetch()]);
  expect([asked(), fetched]).toEqual([2, 4]);
  readings[1]?.reject(new Error('slow'));
  await trying;
  await fetch();
  expect(asked()).toBe(2);

  vi.advanceTimersByTime(1_001);
  const again = fetch();
  readings[2]?.resolve({ clock: 'e:1', generations: [], values: [] });
  await again;
  void fetch();
  void fetch();
  expect(asked()).toBe(5);
  expect(turns).toEqual([false, true]);
});
