import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../src/config.js';
import { figure, running } from './fixtures/events/liveFigures.js';
import { openClient, type TestClient } from './fixtures/events/openClient.js';
import { type EventGraph, startEventGraph } from './fixtures/events/startEventGraph.js';
import { eventually } from './fixtures/eventually.js';
import type { TestGateway } from './fixtures/startTestGateway.js';

let graph: EventGraph;
const clients: TestClient[] = [];

beforeAll(async () => {
  graph = await startEventGraph();
});
afterAll(async () => {
  await Promise.all(clients.map(({ client }) => client.dispose()));
  await graph?.stop();
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
/** What this process, the gateway in it, holds on to, in bytes. */
const held = () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const { live } = readConfig({}, []);
const QUERY = 'subscription { offers { kind note } }';
const MB = 1024 * 1024;

/** A client that has subscribed and then reads nothing any more. */
async function stopReading(gateway: TestGateway, authorization: string): Promise<WebSocket> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: QUERY } }));
  await running(1, gateway);
  socket.pause();
  return socket;
}

it('a client that does not read costs no more than its bounds, is cut off, and holds nobody up', async () => {
  // A connection that does not answer is cut within two of these.
  const gateway = await graph.start({ live: { ...live, heartbeatMs: 1_000 } });
  const authorization = await graph.issuer.bearer({ sub: 'slow' });
  const stopped = await stopReading(gateway, authorization);
  const reads = openClient(() => gateway.url, authorization);
  clients.push(reads);
  let received = 0;
  const unsubscribe = reads.client.subscribe(
    { query: QUERY },
    {
      next: () => {
        received += 1;
      },
      error: () => {},
      complete: () => {},
    },
  );
  await running(2, gateway);
  const before = held();
  const note = 'x'.repeat(100_000);
  for (let sent = 1; sent <= 600; sent++) {
    await graph.publish('made', { id: '1', owner: 'slow', price: 1 }, { note });
    // The other one keeps pace: what is held is held for the one that does not read.
    await eventually(() => expect(received).toBeGreaterThanOrEqual(sent - 8));
    expect(await figure('subscription_queued_payloads', gateway)).toBeLessThanOrEqual(256);
    // What was just sent may take a moment to be given back; 60 MB go by in all.
    if (sent % 100 === 0) await eventually(() => expect(held() - before).toBeLessThan(16 * MB));
  }
  await eventually(() => expect(received).toBe(600));
  // By its bound, or by the heartbeat if that came first.
  await running(1, gateway);
  const closed = new Promise<number>((resolve) => stopped.once('close', resolve));
  stopped.resume();
  // 1006 where it read so late that the connection was cut: a client comes again after both.
  expect([4513, 1006]).toContain(await closed);
  unsubscribe();
});

it('there are no more subscriptions of an identity, and none of a process, than may be', async () => {
  const gateway = await graph.start({ live: { ...live, subscriptionsPerIdentity: 2, subscriptions: 3 } });
  const open = async (sub: string) => {
    const client = openClient(() => gateway.url, await graph.issuer.bearer({ sub }));
    clients.push(client);
    return client;
  };
  const refused = async (client: TestClient) => {
    const more = client.subscribe(QUERY);
    await eventually(() => expect(more.ended.with).toMatchObject([{ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS' } }]));
  };
  const [one, other] = [await open('l1'), await open('l2')];
  const first = one.subscribe(QUERY);
  one.subscribe(QUERY);
  await running(2, gateway);
  await refused(one);
  // Another token of the same person, which may do something else, is no way round.
  const elsewhere = openClient(() => gateway.url, await graph.issuer.bearer({ sub: 'l1', scope: 'other' }));
  clients.push(elsewhere);
  await refused(elsewhere);
  other.subscribe(QUERY);
  await running(3, gateway);
  await refused(other);
  first.stop();
  await running(2, gateway);
  other.subscribe(QUERY);
  await running(3, gateway);
});
