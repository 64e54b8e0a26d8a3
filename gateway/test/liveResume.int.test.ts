import { randomInt } from 'node:crypto';
import type { Socket } from 'node:net';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { resumingFetch, subscribe } from '../client/resume.js';
import { eventually } from './fixtures/eventually.js';
import { startFeed } from './fixtures/startFeed.js';
import { type LiveGateway, type LiveGraph, startLiveGateway, startLiveGraph } from './fixtures/startLiveGateway.js';
import { type Shop, startShop } from './fixtures/startShop.js';

let shop: Shop;
let graph: LiveGraph;
let gateway: LiveGateway;
let serverSockets: Set<Socket>;
const clean: (() => void)[] = [];

const TICKS = 'subscription Ticks($after: String) { ticks(after: $after) { n } }';

beforeAll(async () => {
  shop = await startShop();
  graph = await startLiveGraph(shop);
});
beforeEach(async () => {
  serverSockets = new Set();
  gateway = await start();
});
afterEach(async () => {
  for (const each of clean.splice(0)) each();
  await gateway.stop();
});
afterAll(async () => {
  await graph?.close();
  await shop?.close();
});

async function start(options: Parameters<typeof startLiveGateway>[1] = {}): Promise<LiveGateway> {
  const one = await startLiveGateway(graph, { feed: startFeed({ most: 10_000 }), ...options });
  one.server.on('connection', (socket) => {
    serverSockets.add(socket);
    socket.on('close', () => serverSockets.delete(socket));
  });
  return one;
}

/** What clients wait for before they connect again. */
let mayRetry: () => Promise<void>;
/** How often one was told where its subscription begins. */
let told: number;
beforeEach(() => {
  told = 0;
  mayRetry = async () => {};
});

const clients = {
  'graphql-ws': () => {
    const client = createWsClient({
      url: gateway.socketUrl,
      webSocketImpl: WebSocket,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: () => mayRetry(),
      // Everything but the codes after which it stops by itself.
      shouldRetry: () => true,
    });
    clean.push(() => void client.dispose());
    return client;
  },
  'graphql-sse': () => {
    const client = createSseClient({
      url: gateway.url,
      fetchFn: resumingFetch(fetch),
      retryAttempts: Number.POSITIVE_INFINITY,
      retry: () => mayRetry(),
      on: { connected: () => (told += 1) },
    });
    clean.push(() => client.dispose());
    return client;
  },
};

function follow(client: Parameters<typeof subscribe>[0], variables?: Record<string, unknown>) {
  const seen = { numbers: [] as number[], completed: false, errors: [] as unknown[], stop: () => {} };
  seen.stop = subscribe(
    client,
    { query: TICKS, ...(variables && { variables }) },
    {
      next: ({ data }) => seen.numbers.push(data.ticks.n),
      error: (error) => seen.errors.push(error),
      complete: () => {
        seen.completed = true;
      },
    },
  );
  return seen;
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const running = (count: number) => eventually(() => expect(gateway.feed.running).toBe(count));
const cut = () => {
  for (const socket of serverSockets) socket.destroy();
};

for (const [name, connect] of Object.entries(clients)) {
  describe(`with ${name}'s client`, () => {
    it('nothing is lost and nothing comes twice when connections break, whenever they do', async () => {
      const seen = follow(connect());
      await running(1);
      for (let n = 1; n <= 300; n += 1) {
        gateway.feed.publish();
        const what = randomInt(20);
        if (what === 0) cut();
        else if (what === 1) gateway.feed.end('INTERRUPTED');
        else if (what === 2) gateway.feed.end('SLOW_CONSUMER');
        if (what < 5) await new Promise(setImmediate);
        if (what === 5) await eventually(() => expect(seen.numbers.at(-1)).toBe(n));
      }
      await eventually(() => expect([seen.errors, seen.numbers.at(-1)]).toEqual([[], 300]));
      expect(seen.numbers).toEqual(oneTo(300));
      gateway.feed.end(undefined);
      await eventually(() => expect(seen.completed).toBe(true));
    });

    it('nothing is lost when the connection breaks before the first event', async () => {
      gateway.feed.publish();
      const { promise, resolve } = Promise.withResolvers<void>();
      mayRetry = () => promise;
      const client = connect();
      if ('on' in client) client.on('ping', () => (told += 1));
      const seen = follow(client);
      // Before that the client does not know that it has subscribed.
      await eventually(() => expect(told).toBe(1));
      cut();
      await running(0);
      gateway.feed.publish();
      gateway.feed.publish();
      resolve();
      await eventually(() => expect(seen.numbers).toEqual([2, 3]));
      expect(gateway.feed.requests.map(({ variables }) => variables.after)).toEqual([undefined, '~1']);
    });

    it('each subscription goes on from where it was', async () => {
      for (let n = 0; n < 5; n += 1) gateway.feed.publish();
      const client = connect();
      const variables = { after: '~3' };
      const first = follow(client, variables);
      const second = follow(client);
      await running(2);
      gateway.feed.publish();
      await eventually(() => expect([first.numbers, second.numbers]).toEqual([[4, 5, 6], [6]]));
      cut();
      gateway.feed.publish();
      await eventually(() =>
        expect([first.numbers, second.numbers]).toEqual([
          [4, 5, 6, 7],
          [6, 7],
        ]),
      );
      // The caller's own is left as it was.
      expect(variables).toEqual({ after: '~3' });
      first.stop();
      await running(1);
      cut();
      gateway.feed.publish();
      await eventually(() => expect(second.numbers).toEqual([6, 7, 8]));
      expect(first.numbers).toEqual([4, 5, 6, 7]);
    });

    it('it goes on at the next process when one is drained', async () => {
      const seen = follow(connect());
      await running(1);
      gateway.feed.publish();
      await eventually(() => expect(seen.numbers).toEqual([1]));
      const { promise, resolve } = Promise.withResolvers<void>();
      mayRetry = () => promise;
      const { feed, port } = gateway;
      await gateway.drain(0);
      feed.publish();
      gateway = await start({ feed, port });
      resolve();
      await eventually(() => expect(seen.numbers).toEqual([1, 2]));
      expect(seen.errors).toEqual([]);
    });
  });
}
