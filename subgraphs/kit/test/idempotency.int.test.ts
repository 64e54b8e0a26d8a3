import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { currentScope, inTransaction, noteChanged, runInScope, systemActor, withIdempotency } from '../src/index.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/index.js';
import { thingStore } from './thingsSubgraph.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(thingStore);
});
afterAll(() => database.drop());

let done = 0;
const call = (key: string, body: unknown, work = async () => ({ number: ++done })) =>
  inTransaction(database.db, (tx) => withIdempotency(tx, { operation: 'pay', caller: 'AGENT:a', key, body }, work));

describe('an idempotency key', () => {
  it('replays the first answer, whatever the order of the fields', async () => {
    const first = await call('k1', { a: 1, b: { c: 2, d: 3 } });
    const second = await call('k1', { b: { d: 3, c: 2 }, a: 1 });
    expect(first.replayed).toBe(false);
    expect(second).toEqual({ answer: first.answer, replayed: true });
  });

  it('with another body is a conflict', async () => {
    await call('k2', { a: 1 });
    await expect(call('k2', { a: 2 })).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('lets one of many simultaneous calls work', async () => {
    const before = done;
    const answers = await Promise.all(Array.from({ length: 6 }, () => call('k3', {})));
    expect(done - before).toBe(1);
    expect(new Set(answers.map(({ answer }) => answer.number)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  });

  it('tells who replays what the first call changed', async () => {
    const ref = (key: string) => ({ __typename: 'Wallet', key, version: 1 });
    const pay = () =>
      runInScope({ origin: 'request', requestId: 'r', actor: systemActor }, async () => {
        await inTransaction(database.db, async (tx) => {
          noteChanged(tx, [ref('before')]);
          await withIdempotency(tx, { operation: 'pay', caller: 'AGENT:a', key: 'k5', body: {} }, async () => {
            noteChanged(tx, [ref('a'), ref('b')]);
            return 1;
          });
        });
        return currentScope()?.changed;
      });
    const changed = [ref('before'), ref('a'), ref('b')];
    expect(await pay()).toEqual(changed);
    expect(await pay()).toEqual(changed);
  });

  it('is free again when the work failed', async () => {
    const failing = async () => Promise.reject(new Error('no'));
    await expect(call('k4', {}, failing)).rejects.toThrow('no');
    expect((await call('k4', {})).replayed).toBe(false);
  });
});
