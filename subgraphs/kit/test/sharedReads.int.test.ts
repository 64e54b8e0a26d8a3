import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createDataSource,
  createListLoader,
  createLoader,
  inTransaction,
  runInScope,
  SharedReads,
  systemActor,
  uuidv7,
} from '../src/index.js';
import { createMetrics, type Metrics } from '../src/metrics.js';
import { createTestDatabase, type TestDatabase } from '../src/testing/index.js';
import { Thing, thingStore } from './thingsSubgraph.js';

let database: TestDatabase;
let ids: string[];

beforeAll(async () => {
  database = await createTestDatabase(thingStore);
  ids = Array.from({ length: 60 }, uuidv7);
  await database.db.query('INSERT INTO thing (id, size) SELECT id, 1 FROM unnest($1::uuid[]) AS id', [ids]);
});
afterAll(() => database.drop());

let metrics: Metrics;
const opened: DataSource[] = [];

/** A process' store of its own. */
async function open(options: { poolSize?: number; acquireTimeoutMs?: number; mostWaiting?: number } = {}) {
  metrics = createMetrics('things');
  const name = `things-${uuidv7().slice(-12)}`;
  const db = createDataSource({
    ...thingStore,
    url: database.url,
    name,
    poolSize: 4,
    acquireTimeoutMs: 5_000,
    metrics,
    ...options,
  });
  await db.initialize();
  opened.push(db);
  /** How many connections the server has from it. */
  const connections = async () => {
    const sql = 'SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1';
    const [row]: { count: number }[] = await database.db.query(sql, [name]);
    return row?.count ?? 0;
  };
  return { db, connections };
}
beforeEach(async () => {
  for (const db of opened.splice(0)) if (db.isInitialized) await db.destroy();
});

const asRequest = <T>(work: () => Promise<T>): Promise<T> =>
  runInScope({ origin: 'request', requestId: uuidv7(), actor: systemActor }, work);

function thingReads(db: DataSource, share: boolean) {
  const reads = new SharedReads({ db, metrics, share });
  return {
    byId: reads.read({
      name: 'things',
      load: (manager, keys) =>
        manager.createQueryBuilder(Thing, 'thing').where('thing.id = ANY(:keys)', { keys }).getMany(),
      keyOf: (thing) => thing.id,
    }),
  };
}

async function statements(): Promise<number> {
  const { values } = await metrics.statements.get();
  return values.find(({ labels }) => labels.origin === 'request')?.value ?? 0;
}

describe('keyed reads of concurrent requests', () => {
  /** 200 requests at the same time that load ten things each, the way resolvers do. */
  async function load(share: boolean) {
    const { db, connections } = await open();
    const { byId } = thingReads(db, share);
    let most = 0;
    let done = false;
    const watching = (async () => {
      while (!done) most = Math.max(most, await connections());
    })();
    await Promise.all(
      Array.from({ length: 200 }, (_, request) =>
        asRequest(async () => {
          const things = createLoader(byId);
          const wanted = Array.from({ length: 10 }, (_, index) => ids[(request * 7 + index) % ids.length] as string);
          const found = await Promise.all(wanted.map((id) => things.load(id)));
          expect(found.map((thing) => thing?.id)).toEqual(wanted);
          expect(await things.load(wanted[0] as string)).toBe(found[0]);
        }),
      ),
    );
    done = true;
    await watching;
    return { statements: await statements(), connections: most };
  }

  it('take far fewer statements than one a request, on no more connections', async () => {
    const alone = await load(false);
    const shared = await load(true);
    expect(alone.statements).toBe(200);
    expect(shared.statements).toBeLessThanOrEqual(10);
    expect(alone.connections).toBeLessThanOrEqual(4);
    expect(shared.connections).toBeLessThanOrEqual(4);
  });

  it('give each request objects of its own, of the same kind', async () => {
    const { db } = await open();
    const { byId } = thingReads(db, true);
    const [id = ''] = ids;
    const [one, other] = await Promise.all(
      [1, 2].map(() => asRequest(() => createLoader(byId).load(id) as Promise<Thing>)),
    );
    expect(await statements()).toBe(1);
    expect(one).toBeInstanceOf(Thing);
    expect(other).toBeInstanceOf(Thing);
    expect(other).toEqual(one);
    expect(other).not.toBe(one);
  });

  it('answer a malformed key with nothing, whoever else asks', async () => {
    const { db } = await open();
    const { byId } = thingReads(db, true);
    const [id = ''] = ids;
    const answers = await Promise.all([
      asRequest(() => createLoader(byId).load('no id')),
      asRequest(() => createListLoader(byId).load("'; DROP")),
      asRequest(() => createLoader(byId).load(id)),
    ]);
    expect(answers).toEqual([null, [], { id, size: 1 }]);
  });

  it('see what was committed before they were asked, and nothing is read by them within a transaction', async () => {
    const { db } = await open();
    const { byId } = thingReads(db, true);
    await Promise.all(
      Array.from({ length: 50 }, () =>
        asRequest(async () => {
          const id = uuidv7();
          const loader = createLoader(byId);
          expect(await loader.load(id)).toBeNull();
          await inTransaction(db, (tx) => tx.insert(Thing, { id, size: 7 }));
          expect((await createLoader(byId).load(id))?.size).toBe(7);
        }),
      ),
    );
    await expect(inTransaction(db, () => byId.load([ids[0] as string]))).rejects.toThrow(/shared read/);
  });

  it('that fail do not fail those after them', async () => {
    const { db } = await open();
    const { byId } = thingReads(db, true);
    const failing = new SharedReads({ db, metrics }).read({
      name: 'failing',
      load: (manager, keys) => manager.query('SELECT 1 / $1::int', [keys.length - 1]),
      keyOf: () => '',
    });
    const [id = '', next = ''] = ids;
    await expect(failing.load([id])).rejects.toThrow(/division by zero/);
    await expect(failing.load([id, next])).resolves.toEqual([[], []]);
    await expect(byId.load([id])).resolves.toHaveLength(1);
  });
});

describe('connections', () => {
  it('are refused as STORE_BUSY to requests that wait too long, while background work has its own, and the other way round', async () => {
    // The time holds for connecting as well, which takes a busy machine longer than an idle one.
    const { db } = await open({ poolSize: 2, acquireTimeoutMs: 1_000 });
    const slow = asRequest(() => db.query('SELECT pg_sleep(2.5)'));
    await expect(asRequest(() => db.query('SELECT 1'))).rejects.toMatchObject({ code: 'STORE_BUSY' });
    await expect(db.query('SELECT 1')).resolves.toHaveLength(1);
    await slow;
    const slowWork = db.query('SELECT pg_sleep(2.5)');
    await expect(db.query('SELECT 1')).rejects.toMatchObject({ code: 'STORE_BUSY' });
    await expect(asRequest(() => db.query('SELECT 1'))).resolves.toHaveLength(1);
    await slowWork;
    const scraped = await metrics.registry.metrics();
    expect(scraped).toMatch(/store_connection_refusals_total\{lane="request",service="things"\} 1/);
    expect(scraped).toMatch(/store_connections\{state="in_use",lane="request",store="primary",service="things"\} 0/);
    expect(scraped).toMatch(/store_connections\{state="idle",lane="",store="primary",service="things"\} 2/);
  });

  it('are refused at once behind too many who wait', async () => {
    const { db } = await open({ poolSize: 1, mostWaiting: 2 });
    const asked = Array.from({ length: 6 }, () => asRequest(() => db.query('SELECT pg_sleep(0.05)')));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 3 }, () => 'fulfilled'),
      ...Array.from({ length: 3 }, () => 'rejected'),
    ]);
  });
});
