import fc from 'fast-check';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../../../test/fixtures/eventually.js';
import { createRedisProcess } from '../../../test/fixtures/redisProcess.js';
import { history, type SearchedStore, searchStale } from '../../../test/fixtures/staleSearch.js';
import { createLogger } from '../../log.js';
import { createRedisStore } from './redisStore.js';

const PREFIX = 'test:';

async function open(fencing: boolean): Promise<SearchedStore> {
  const server = await createRedisProcess();
  await server.start();
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  const comings = [0, 0, 0];
  const stores = comings.map((_none, index) => {
    const store = createRedisStore({
      url: server.url,
      fencing,
      prefix: PREFIX,
      log: createLogger({ level: 'silent' }),
    });
    onTestFinished(() => store.close());
    const onReady = () => {
      comings[index] = (comings[index] ?? 0) + 1;
    };
    store.watch({ onReady, onAway: () => {} });
    return store;
  });
  await eventually(() => expect(comings).toEqual([1, 1, 1]));
  return {
    stores,
    redis,
    prefix: PREFIX,
    async restart(keys) {
      const before = [...comings];
      // At once: nobody finds anything that is not of the snapshot.
      const all = redis.multi().call('CLIENT', 'KILL', 'TYPE', 'normal').flushall();
      for (const [key, dump] of keys) all.restore(key, 600_000, dump);
      await all.set(`${PREFIX}server`, 'of the snapshot', 'PX', 600_000).exec();
      await eventually(() => expect(comings).toEqual(before.map((each) => each + 1)));
    },
  };
}

it('whatever happens in whatever order, nothing is found that was changed before', { timeout: 120_000 }, async () => {
  const store = await open(true);
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(history, async (steps) => {
      const found = await searchStale(steps, store);
      hits += found.hits;
      expect(found.stale).toBeUndefined();
    }),
    // What fails is made shorter for a while, and told.
    { numRuns: 200, interruptAfterTimeLimit: 60_000 },
  );
  // It has been looked at something.
  expect(hits).toBeGreaterThan(200);
});

it('without fencing something is', { timeout: 120_000 }, async () => {
  const store = await open(false);
  const result = await fc.check(
    fc.asyncProperty(history, async (steps) => (await searchStale(steps, store)).stale === undefined),
    { numRuns: 200, endOnFailure: true },
  );
  expect(result.failed).toBe(true);
});
