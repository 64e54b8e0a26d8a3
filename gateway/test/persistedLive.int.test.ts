import { EventSource } from 'eventsource';
import { createClient } from 'graphql-sse';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.js';
import { closeCodes } from '../src/webSocket/closeCodes.js';
import { clientsInMemory, manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { running } from './fixtures/events/liveFigures.js';
import { openClient } from './fixtures/events/openClient.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import { createRedisProcess } from './fixtures/redisProcess.js';
import type { TestGateway } from './fixtures/startTestGateway.js';

const OFFERS = 'subscription Offers($after: String) { offers(after: $after) { kind offer { id price } } }';
const OFFER = 'query Offer { offer(id: "o1") { id } }';
const manifest = manifestOf('alpha', ['PARTNER:a'], [OFFERS, OFFER], { Offer: 'the-offer' });
const OFFERS_ID = sha256(OFFERS);

let graph: EventGraph;
const ends: (() => unknown)[] = [];

beforeAll(async () => {
  graph = await startEventGraph();
});
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});
afterAll(() => graph?.stop());

async function start(directory = clientsInMemory(manifest), redisUrl?: string): Promise<TestGateway> {
  const { persisted, limits } = readConfig({ PERSISTED_ONLY: 'PARTNER' }, []);
  const gateway = await graph.start({ persisted, limits: { ...limits, redisUrl } }, { directory });
  ends.push(() => gateway.stop());
  return gateway;
}

async function connect(gateway: TestGateway, identity: { sub: string; kind?: string } = { sub: 'a', kind: 'PARTNER' }) {
  const client = openClient(() => gateway.url, await graph.issuer.bearer(identity));
  ends.push(() => client.client.dispose());
  return client;
}

const parsedBy = async (gateway: TestGateway) =>
  Number(/^documents_parsed_total{[^}]*} (\d+)$/m.exec(await gateway.metrics.registry.metrics())?.[1]);
const hashed = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });
const codesOf = (ended: unknown) =>
  Array.isArray(ended) ? ended.map(({ extensions }: { extensions?: { code?: string } }) => extensions?.code) : ended;

describe('over a WebSocket', () => {
  it('operations are subscribed to by documentId, doc_id or hash, and go on with another schema without being parsed', async () => {
    const gateway = await start();
    const { subscribe } = await connect(gateway);
    const parsed = await parsedBy(gateway);
    const all = [
      subscribe({ query: '', documentId: `sha256:${OFFERS_ID}` }),
      subscribe({ query: '', doc_id: OFFERS_ID } as never),
      subscribe({ query: '', extensions: hashed(OFFERS_ID) }),
    ];
    await running(3, gateway);
    await graph.publish('made', { id: 'o1', owner: 'a', price: 1 });
    for (const live of all)
      expect((await live.atLeast(1))[0].data).toEqual({ offers: { kind: 'MADE', offer: { id: 'o1', price: 1 } } });
    expect(await parsedBy(gateway)).toBe(parsed);

    const prepared = parsed + manifest.operations.length;
    await graph.recompose((sdl) => sdl.replace('type Board', '"""Notices."""\n  type Board'));
    onTestFinished(() => graph.recompose((sdl) => sdl));
    await eventually(async () => expect(await parsedBy(gateway)).toBe(prepared));
    await graph.publish('changed', { id: 'o1', owner: 'a', price: 2 });
    for (const live of all) expect((await live.atLeast(2))[1].data.offers.offer.price).toBe(2);
    expect(await parsedBy(gateway)).toBe(prepared);
  });

  it('queries are run by their ids, too', async () => {
    const gateway = await start();
    graph.offers.set('o1', { id: 'o1', owner: '*', price: 1 });
    const { subscribe } = await connect(gateway);
    const [result] = await subscribe({ query: '', documentId: 'the-offer' }).atLeast(1);
    expect(result).toEqual({ data: { offer: { id: 'o1' } } });
  });

  it('a client comes again while no manifest has been read', async () => {
    const directory = clientsInMemory();
    const gateway = await start(directory);
    const { subscribe, closed } = await connect(gateway);
    const live = subscribe({ query: '', documentId: OFFERS_ID });
    await eventually(() => expect(closed[0]?.code).toBe(closeCodes.TRY_AGAIN_LATER));
    directory.publish(manifest);
    await running(1, gateway);
    await graph.publish('made', { id: 'o5', owner: 'a', price: 6 });
    expect((await live.atLeast(1))[0].data.offers.offer.id).toBe('o5');
  });

  it('a subscription goes on when its operation is retired, and is not begun again', async () => {
    const directory = clientsInMemory(manifest);
    const gateway = await start(directory);
    const { subscribe } = await connect(gateway);
    const live = subscribe({ query: '', documentId: OFFERS_ID });
    await running(1, gateway);
    directory.publish(manifestOf('alpha', ['PARTNER:a'], [OFFER]));
    await eventually(async () => {
      const late = subscribe({ query: '', documentId: OFFERS_ID });
      ends.push(late.stop);
      await eventually(() => expect(codesOf(late.ended.with)).toEqual(['PERSISTED_QUERY_NOT_FOUND']));
    });
    const parsed = await parsedBy(gateway);
    await graph.recompose((sdl) => sdl.replace('type Board', '"""Boards."""\n  type Board'));
    onTestFinished(() => graph.recompose((sdl) => sdl));
    await eventually(async () => expect(await parsedBy(gateway)).toBeGreaterThan(parsed));
    await graph.publish('made', { id: 'o2', owner: 'a', price: 3 });
    expect((await live.atLeast(1))[0].data.offers.offer.id).toBe('o2');
  });

  it('no text is executed for who may run persisted operations only, and no operation of others', async () => {
    const gateway = await start();
    const a = await connect(gateway);
    const b = await connect(gateway, { sub: 'b', kind: 'PARTNER' });
    const refused = [
      [a.subscribe(OFFERS), 'PERSISTED_QUERY_ID_REQUIRED'],
      [a.subscribe(OFFER), 'PERSISTED_QUERY_ID_REQUIRED'],
      [a.subscribe({ query: OFFERS, extensions: hashed(OFFERS_ID) }), 'PERSISTED_QUERY_ID_REQUIRED'],
      [a.subscribe({ query: '', documentId: sha256('nothing') }), 'PERSISTED_QUERY_NOT_FOUND'],
      [b.subscribe({ query: '', documentId: OFFERS_ID }), 'PERSISTED_QUERY_NOT_FOUND'],
      [b.subscribe({ query: '', extensions: hashed(OFFERS_ID) }), 'PERSISTED_QUERY_NOT_FOUND'],
      [a.subscribe({ query: OFFERS, documentId: OFFERS_ID }), 'BAD_REQUEST'],
    ] as const;
    for (const [{ ended }, code] of refused) await eventually(() => expect(codesOf(ended.with)).toEqual([code]));
    await running(0, gateway);
  });

  it('others register their texts, and another process finds them in Redis', async () => {
    const redis = await createRedisProcess();
    await redis.start();
    const gateways = [await start(undefined, redis.url), await start(undefined, redis.url)] as const;
    const visitor = { sub: 'v', kind: 'VISITOR' };
    const first = await connect(gateways[0], visitor);
    const unknown = first.subscribe({ query: '', extensions: hashed(OFFERS_ID) });
    await eventually(() =>
      expect(unknown.ended.with).toMatchObject([
        { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } },
      ]),
    );
    first.subscribe({ query: OFFERS, extensions: hashed(OFFERS_ID) });
    await running(1, gateways[0]);
    const second = await connect(gateways[1], visitor);
    const kept = new Redis(redis.url);
    ends.push(() => kept.disconnect());
    await eventually(async () => expect(await kept.get(`apq:${OFFERS_ID}`)).toBe(OFFERS));
    const found = second.subscribe({ query: '', extensions: hashed(OFFERS_ID) });
    await running(1, gateways[1]);
    await graph.publish('made', { id: 'o3', owner: 'v', price: 4 });
    expect((await found.atLeast(1))[0].data.offers.offer.id).toBe('o3');
  });
});

describe('over an event stream', () => {
  it('operations are subscribed to by documentId with graphql-sse’s client, and by GET', async () => {
    const gateway = await start();
    const authorization = await graph.issuer.bearer({ sub: 'a', kind: 'PARTNER' });
    const url = `${gateway.url}/graphql`;
    const client = createClient({ url, headers: { authorization }, retryAttempts: 0 });
    ends.push(() => client.dispose());
    // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
    const results: any[] = [];
    client.subscribe({ query: '', documentId: OFFERS_ID } as never, {
      next: (result) => results.push(result),
      error: (error) => results.push(error),
      complete: () => {},
    });
    const source = new EventSource(`${url}?documentId=sha256:${OFFERS_ID}`, {
      fetch: (address, init) => fetch(address, { ...init, headers: { ...init?.headers, authorization } }),
    });
    ends.push(() => source.close());
    source.addEventListener('next', ({ data }) => results.push(JSON.parse(data)));
    await running(2, gateway);
    await graph.publish('made', { id: 'o4', owner: 'a', price: 5 });
    await eventually(() => expect(results).toHaveLength(2));
    for (const { data } of results) expect(data).toEqual({ offers: { kind: 'MADE', offer: { id: 'o4', price: 5 } } });
  });

  it('what is refused is told in the stream', async () => {
    const gateway = await start();
    const authorization = await graph.issuer.bearer({ sub: 'a', kind: 'PARTNER' });
    const open = async (body: object) => {
      const { status, body: text } = await gateway.send({
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization },
        body: JSON.stringify(body),
      });
      const told = typeof text === 'string' ? text : JSON.stringify(text);
      return [status, /"code":"(\w+)"/.exec(told)?.[1]];
    };
    expect(await open({ query: OFFERS })).toEqual([200, 'PERSISTED_QUERY_ID_REQUIRED']);
    expect(await open({ query: OFFERS, extensions: hashed(OFFERS_ID) })).toEqual([200, 'PERSISTED_QUERY_ID_REQUIRED']);
    expect(await open({ documentId: 'unknown' })).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
    expect(await open({ documentId: OFFERS_ID, query: OFFERS })).toEqual([400, 'BAD_REQUEST']);
  });
});
