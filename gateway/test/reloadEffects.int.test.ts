import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { openParts } from './fixtures/openParts.js';
import { type Gates, startGates } from './fixtures/startGates.js';
import { composeShop, type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gates: Gates;
let gateway: TestGateway;
/** The threads of planners that are running. */
const threads = new Set<Worker>();
const onThread = (message: unknown) => {
  const { worker } = message as { worker: Worker };
  threads.add(worker);
  worker.once('exit', () => threads.delete(worker));
};

beforeEach(async () => {
  subscribe('worker_threads', onThread);
  shop = await startShop();
  gates = await startGates(shop);
  gateway = await startTestGateway(shop, { subgraphUrls: gates.subgraphUrls });
});
afterEach(async () => {
  await gateway?.stop();
  await gates?.close();
  await shop?.close();
  unsubscribe('worker_threads', onThread);
});

/** The shop with its subgraphs changed. */
const changed = (change: (sdl: string) => string) => {
  const urls = new Map(
    [...shop.supergraphSdl.matchAll(/@join__graph\(name: "(\w+)", url: "([^"]+)"\)/g)].map(([, name, url]) => [
      name,
      url,
    ]),
  );
  return composeShop((name) => String(urls.get(name)), change);
};
const withField = (name: string) =>
  changed((sdl) => sdl.replace('name: String!\n    friends', `name: String!\n    ${name}: Int\n    friends`));
const withoutFriends = () => changed((sdl) => sdl.replace('friends: [Person!]!', ''));
const loads = async () => {
  const { values } = await gateway.metrics.supergraphLoads.get();
  return values.find(({ labels }) => labels.result === 'loaded')?.value ?? 0;
};
const reload = async (sdl: string) => {
  const before = await loads();
  await writeFile(shop.supergraphFile, sdl);
  await eventually(async () => expect(await loads()).toBe(before + 1));
};
const planned = async () => {
  const { body } = await gateway.get('/metrics');
  return Number(/operation_planning_duration_seconds_count\{[^}]*result="planned"\} (\d+)/.exec(body)?.[1] ?? 0);
};
const misses = async () => {
  const { values } = await gateway.metrics.operationLookups.get();
  return values.find(({ labels }) => labels.result === 'miss')?.value ?? 0;
};

describe('operations in use', () => {
  it('are prepared before the new supergraph takes over: their next request plans nothing', async () => {
    const queries: [query: string, variables: Record<string, unknown>][] = [
      ['{ people { name reviews { text } } }', {}],
      ['query Q($n: Int) { products(first: $n) { title } }', { n: 1 }],
      ['mutation { rename(id: "p1", name: "x") { name } }', {}],
    ];
    for (const [query, variables] of queries) await gateway.query(query, variables);
    const several = 'query A { people { id } } query B { products { id } }';
    const ask = (operationName: string) =>
      gateway.send({
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: several, operationName }),
      });
    await ask('A');
    await ask('B');
    const deferred = '{ person(id: "p1") { id ... @defer { summary } } }';
    await (await openParts(gateway.url, deferred)).rest();

    await reload(withField('added'));
    const [plans, unknown] = [await planned(), await misses()];
    for (const [query, variables] of queries)
      expect((await gateway.query(query, variables)).body.errors).toBeUndefined();
    expect((await ask('A')).body.data.people).toHaveLength(3);
    expect((await ask('B')).body.data.products).toHaveLength(3);
    expect(await (await openParts(gateway.url, deferred)).rest()).toHaveLength(2);
    expect([await planned(), await misses()]).toEqual([plans, unknown]);
    // And it is the new one that answers.
    expect((await gateway.query('{ people { added } }')).body.errors?.[0].extensions.code).not.toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
  });

  it('that do not fit any more are refused, and say why', async () => {
    const query = '{ people { friends { id } } }';
    expect((await gateway.query(query)).status).toBe(200);
    await reload(withoutFriends());
    const { body } = await gateway.query(query);
    expect(body.data).toBeUndefined();
    expect(body.errors).toEqual([
      {
        message: expect.stringContaining('"friends"'),
        locations: [{ line: 1, column: 12 }],
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
    // And are taken again when they fit again.
    await reload(withField('added'));
    expect((await gateway.query(query)).body.data.people).toHaveLength(3);
  });

  it('are left alone where no time is given for it', async () => {
    await gateway.stop();
    gateway = await startTestGateway(shop, { subgraphUrls: gates.subgraphUrls, prepareOperationsMs: 0 });
    await gateway.query('{ people { name } }');
    await reload(withField('added'));
    const before = await planned();
    expect((await gateway.query('{ people { name } }')).body.data.people).toHaveLength(3);
    expect(await planned()).toBe(before + 1);
  });

  it('are answered while the new supergraph is made ready', async () => {
    for (let index = 0; index < 30; index++)
      await gateway.query(`{ a${index}: people { name reviews { product { title } } } }`);
    const reloaded = reload(withField('added'));
    let done = false;
    reloaded.then(() => (done = true));
    let answered = 0;
    while (!done) {
      expect(
        (await gateway.query('{ a0: people { name reviews { product { title } } } }')).body.errors,
      ).toBeUndefined();
      answered += 1;
    }
    await reloaded;
    expect(answered).toBeGreaterThan(5);
  });
});

describe('the old supergraph', () => {
  it('is closed when its last request has left: its thread and its connections', async () => {
    await gateway.query('{ people { id } products { id } }');
    const [old] = threads;
    const release = gates.hold('people');
    const held = gateway.query('{ people { name reviews { text } } }');
    await eventually(() => expect(gates.of('people')).toHaveLength(2));
    const connections = await gates.connections();
    expect(connections).toBeGreaterThan(1);
    await reload(withField('added'));
    expect([threads.size, old && threads.has(old)]).toEqual([2, true]);
    expect(await gates.connections()).toBe(connections);
    release();
    expect((await held).body.data.people[0]).toMatchObject({
      name: 'Ada',
      reviews: [{ text: 'Steady' }, { text: 'Soft' }],
    });
    await eventually(() => expect([threads.size, old && threads.has(old)]).toEqual([1, false]));
    await eventually(async () => expect(await gates.connections()).toBe(0));
    await gateway.query('{ people { id } }');
    expect(await gates.connections()).toBe(1);
  });

  it('serves a deferred response to its end', async () => {
    const release = gates.hold('reviews');
    const parts = await openParts(gateway.url, '{ people { friends { id } ... @defer { reviews { id } } } }');
    expect((await parts.next()).hasNext).toBe(true);
    await reload(withoutFriends());
    expect(threads.size).toBe(2);
    release();
    expect((await parts.rest()).at(-1)).toMatchObject({ hasNext: false });
    await eventually(() => expect(threads.size).toBe(1));
  });

  it('does not outlive the gateway, nor does one that is being loaded', async () => {
    await gateway.query('{ people { id } }');
    await writeFile(shop.supergraphFile, withField('added'));
    await eventually(() => expect(threads.size).toBe(2));
    await gateway.stop();
    await eventually(() => expect(threads.size).toBe(0));
    expect(await gates.connections()).toBe(0);
  });

  it('leaves nothing behind, twenty times in a row', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const heap = () => {
      collectGarbage();
      return process.memoryUsage().heapUsed / 1024 / 1024;
    };
    const use = async () => {
      for (let index = 0; index < 20; index++) {
        const { body } = await gateway.query(`{ a${index}: people { name reviews { product { title } } } }`);
        expect(body.errors).toBeUndefined();
      }
    };
    const measured: number[] = [];
    for (let round = 1; round <= 20; round++) {
      await reload(withField(`added${round}`));
      await use();
      await eventually(() => expect(threads.size).toBe(1));
      gates.came.length = 0;
      shop.seen.length = 0;
      measured.push(heap());
    }
    await eventually(async () => expect(await gates.connections()).toBeLessThan(10));
    // Fifteen supergraphs that were kept took 12 MB.
    expect((measured[19] ?? 0) - (measured[4] ?? 0)).toBeLessThan(4);
  }, 240_000);
});
