import { EventSource } from 'eventsource';
import { createClient as createSseClient } from 'graphql-sse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resumingFetch, subscribe } from '../client/resume.js';
import { figure, running } from './fixtures/events/liveFigures.js';
import { openClient, type TestClient } from './fixtures/events/openClient.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import type { TestGateway } from './fixtures/startTestGateway.js';

let graph: EventGraph;
const clients: TestClient[] = [];

beforeEach(async () => {
  graph = await startEventGraph();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map(({ client }) => client.dispose()));
  await graph?.stop();
});

const portOf = ({ url }: TestGateway) => Number(new URL(url).port);

const OFFERS = 'subscription Offers($after: String) { offers(after: $after) { kind cursor offer { id } } }';
// biome-ignore lint/suspicious/noExplicitAny: results
const ids = (results: any[]) => results.map(({ data }) => Number(data.offers.offer.id));
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** Publishes numbered events one after another while something else happens. */
function publishing(owner: string, count: number) {
  let published = 0;
  const done = (async () => {
    for (const n of numbers(count)) {
      await graph.publish('made', { id: String(n), owner, price: n });
      published = n;
    }
  })();
  return { done, atLeast: (n: number) => eventually(() => expect(published).toBeGreaterThanOrEqual(n)) };
}

describe('a gateway that ends and starts again while events come', () => {
  it.each([
    ['graphql-ws', true],
    ['graphql-ws, before the first event', false],
  ])('leaves nothing out and nothing twice for %s', async (_client, afterFirst) => {
    const gateway = await graph.start();
    const port = portOf(gateway);
    const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub: 'a1' }));
    clients.push(client);
    const live = client.subscribe(OFFERS);
    await running(1, gateway);
    if (afterFirst) {
      await graph.publish('made', { id: '0', owner: 'a1', price: 0 });
      await live.atLeast(1);
    } else {
      // What tells the client where it began has come.
      await eventually(() => expect(client.pings.count).toBeGreaterThan(0));
    }
    const going = publishing('a1', 300);
    if (afterFirst) await going.atLeast(50);
    await gateway.stop();
    await going.atLeast(150);
    await graph.start({ port });
    await going.done;
    const expected = afterFirst ? [0, ...numbers(300)] : numbers(300);
    expect(ids(await live.atLeast(expected.length))).toEqual(expected);
    expect(client.closed.map(({ code }) => code)).toContain(1012);
  });

  it('leaves nothing out and nothing twice for graphql-sse', async () => {
    const gateway = await graph.start();
    const port = portOf(gateway);
    const authorization = await graph.issuer.bearer({ sub: 's1' });
    const client = createSseClient({
      url: `${gateway.url}/graphql`,
      headers: { authorization },
      fetchFn: resumingFetch(fetch),
      retryAttempts: 1_000,
      retry: () => new Promise((resolve) => setTimeout(resolve, 20)),
    });
    // biome-ignore lint/suspicious/noExplicitAny: results
    const results: any[] = [];
    const stop = subscribe(
      client,
      { query: OFFERS },
      { next: (each) => results.push(each), error: () => {}, complete: () => {} },
    );
    await running(1, gateway);
    const going = publishing('s1', 300);
    await going.atLeast(50);
    await gateway.stop();
    await going.atLeast(150);
    await graph.start({ port });
    await going.done;
    await eventually(() => expect(results.length).toBeGreaterThanOrEqual(300));
    expect(ids(results)).toEqual(numbers(300));
    stop();
    client.dispose();
  });

  it('leaves nothing out and nothing twice for a bare EventSource', async () => {
    const gateway = await graph.start();
    const port = portOf(gateway);
    const authorization = await graph.issuer.bearer({ sub: 'e1' });
    const query = 'subscription { offers { offer { id } } }';
    const source = new EventSource(`${gateway.url}/graphql?${new URLSearchParams({ query })}`, {
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, authorization } }),
    });
    // biome-ignore lint/suspicious/noExplicitAny: results
    const results: any[] = [];
    source.addEventListener('next', ({ data }) => results.push(JSON.parse(data)));
    await running(1, gateway);
    const going = publishing('e1', 300);
    await going.atLeast(50);
    await gateway.stop();
    await going.atLeast(150);
    await graph.start({ port });
    await going.done;
    await eventually(() => expect(results.length).toBeGreaterThanOrEqual(300));
    expect(ids(results)).toEqual(numbers(300));
    source.close();
  });
});

describe('a cursor', () => {
  it('from before what the stream still has gets a GAP with the oldest cursor that can be had, and then what there is', async () => {
    const gateway = await graph.start();
    const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub: 'g1' }));
    clients.push(client);
    const first = client.subscribe(OFFERS);
    await running(1, gateway);
    for (const n of numbers(5)) await graph.publish('made', { id: String(n), owner: 'g1', price: n });
    const [{ extensions }] = await first.atLeast(5);
    first.stop();
    await running(0, gateway);
    await graph.manager.streams.purge(graph.stream, { keep: 2 });
    const again = client.subscribe(OFFERS, { after: extensions.cursor });
    const [gap, ...rest] = await again.atLeast(3);
    expect(gap.data.offers).toMatchObject({ kind: 'GAP', offer: null, cursor: expect.any(String) });
    expect(gap.extensions.cursor).toBe(gap.data.offers.cursor);
    expect(ids(rest)).toEqual([4, 5]);
    again.stop();
    await running(0, gateway);
    // From the cursor that the gap told there is none.
    const third = client.subscribe(OFFERS, { after: gap.data.offers.cursor });
    expect(ids(await third.atLeast(2))).toEqual([4, 5]);
    expect(await figure('subscription_gaps_total', gateway)).toBe(1);
    third.stop();
  });

  it('of a stream that was lost and made anew gets a GAP and everything that the new one has, however much that is', async () => {
    const gateway = await graph.start();
    const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub: 'n1' }));
    clients.push(client);
    const first = client.subscribe(OFFERS);
    await running(1, gateway);
    await graph.publish('made', { id: '1', owner: 'n1', price: 1 });
    const [{ extensions }] = await first.atLeast(1);
    first.stop();
    await gateway.stop();
    const { config } = await graph.manager.streams.info(graph.stream);
    await graph.manager.streams.delete(graph.stream);
    await graph.manager.streams.add({ name: config.name, subjects: config.subjects, storage: config.storage });
    for (const n of numbers(5)) await graph.publish('made', { id: String(10 * n), owner: 'n1', price: n });
    const next = await graph.start();
    const other = openClient(() => next.url, await graph.issuer.bearer({ sub: 'n1' }));
    clients.push(other);
    const again = other.subscribe(OFFERS, { after: extensions.cursor });
    const [gap, ...rest] = await again.atLeast(6);
    expect(gap.data.offers.kind).toBe('GAP');
    expect(ids(rest)).toEqual([10, 20, 30, 40, 50]);
    again.stop();
  });

  it('is good for another gateway with the same key, and for none with another', async () => {
    const [one, same, other] = [
      await graph.start(),
      await graph.start(),
      await graph.start({ cursorKey: Buffer.alloc(32, 1) }),
    ];
    const authorization = await graph.issuer.bearer({ sub: 'k1' });
    const open = (gateway: TestGateway) => {
      const client = openClient(() => gateway.url, authorization);
      clients.push(client);
      return client;
    };
    const live = open(one).subscribe(OFFERS);
    await running(1, one);
    for (const n of numbers(3)) await graph.publish('made', { id: String(n), owner: 'k1', price: n });
    const [{ extensions }] = await live.atLeast(3);
    const there = open(same).subscribe(OFFERS, { after: extensions.cursor });
    expect(ids(await there.atLeast(2))).toEqual([2, 3]);
    const refused = open(other).subscribe(OFFERS, { after: extensions.cursor });
    await eventually(() => expect(refused.ended.with).toMatchObject([{ extensions: { code: 'INVALID_CURSOR' } }]));
    live.stop();
    there.stop();
  });

  it('brings its subscription together with the others of the same, once it has caught up', async () => {
    const gateway = await graph.start();
    const authorization = await graph.issuer.bearer({ sub: 't1' });
    const client = openClient(() => gateway.url, authorization);
    clients.push(client);
    const live = client.subscribe(OFFERS);
    await running(1, gateway);
    for (const n of numbers(3)) await graph.publish('made', { id: String(n), owner: 't1', price: n });
    const [{ extensions }] = await live.atLeast(3);
    const others = numbers(20).map(() => client.subscribe(OFFERS, { after: extensions.cursor }));
    for (const other of others) expect(ids(await other.atLeast(2))).toEqual([2, 3]);
    await graph.publish('made', { id: '4', owner: 't1', price: 4 });
    for (const other of others) await other.atLeast(3);
    await eventually(async () => expect(await figure('subscription_sources', gateway)).toBe(1));
    const executions = await figure('subscription_executions_total', gateway);
    await graph.publish('made', { id: '5', owner: 't1', price: 5 });
    for (const other of others) expect(ids(await other.atLeast(4))).toEqual([2, 3, 4, 5]);
    expect(ids(await live.atLeast(5))).toEqual([1, 2, 3, 4, 5]);
    expect(await figure('subscription_executions_total', gateway)).toBe(executions + 1);
    for (const each of [live, ...others]) each.stop();
  });
});

describe('another supergraph', () => {
  it('is moved to by the subscriptions that fit it, and ends the others with the reason', async () => {
    const gateway = await graph.start();
    const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub: 'v1' }));
    clients.push(client);
    const stays = client.subscribe(OFFERS);
    const goes = client.subscribe('subscription { offers { kind note } }');
    await running(2, gateway);
    await graph.recompose((sdl) => sdl.replace(' note: String', ' remark: String'));
    await eventually(() => expect(goes.ended.with).toMatchObject([{ extensions: { code: 'SUBSCRIPTION_INVALID' } }]));
    expect(JSON.stringify(goes.ended.with)).toContain('note');
    await running(1, gateway);
    await graph.publish('made', { id: '1', owner: 'v1', price: 1 });
    expect(ids(await stays.atLeast(1))).toEqual([1]);
    expect(client.opened.count).toBe(1);
    const fresh = client.subscribe('subscription { offers { kind remark } }');
    await running(2, gateway);
    stays.stop();
    fresh.stop();
  });
});

describe('a gateway without NATS', () => {
  it('says that it has no events', async () => {
    const gateway = await graph.start({ natsUrl: undefined });
    const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub: 'n1' }));
    clients.push(client);
    const live = client.subscribe(OFFERS);
    await eventually(() =>
      expect(live.ended.with).toMatchObject([{ extensions: { code: 'OPERATION_NOT_SUPPORTED' } }]),
    );
  });
});
