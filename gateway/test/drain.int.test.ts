import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;

beforeAll(async () => {
  shop = await startShop();
});
afterAll(async () => {
  await shop?.close();
});

describe('a gateway that is told to end', () => {
  it('finishes what is in flight, takes nothing new and is not ready', async () => {
    const gateway = await startTestGateway(shop);
    const release = shop.hold();
    const inFlight = gateway.query('{ slow }');
    await vi.waitFor(() => expect(shop.seen.length).toBeGreaterThan(0));
    const stopped = gateway.stop();
    await vi.waitFor(() => expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow());
    release();
    const { status, body, headers } = await inFlight;
    expect([status, body, headers.get('connection')]).toEqual([200, { data: { slow: 'done' } }, 'close']);
    await stopped;
  });

  it('sends a request elsewhere that was not wholly there yet', async () => {
    const gateway = await startTestGateway(shop);
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    await new Promise<void>((resolve) => socket.write('POST /graphql HTTP/1.1\r\nhost: gateway\r\n', () => resolve()));
    await gateway.get('/health/live');
    const stopped = gateway.stop();
    await vi.waitFor(() => expect(fetch(`${gateway.url}/health/live`)).rejects.toThrow());
    socket.write('content-type: application/json\r\ncontent-length: 23\r\n\r\n{"query":"{__typename}"}');
    await vi.waitFor(() => expect(received).toContain('SHUTTING_DOWN'));
    expect(received).toMatch(/^HTTP\/1\.1 503 /);
    expect(received.toLowerCase()).toContain('connection: close');
    await stopped;
  });

  it('does not wait for connections over which nothing has come', async () => {
    const gateway = await startTestGateway(shop, { drainTimeoutMs: 3_600_000 });
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    // Later than the connection, hence seen after it.
    await gateway.get('/health/live');
    await Promise.all([once(socket, 'close'), gateway.stop()]);
  });

  it('ends at the limit, whatever is still in flight', async () => {
    const gateway = await startTestGateway(shop, { drainTimeoutMs: 100 });
    const release = shop.hold();
    shop.seen.length = 0;
    const broken = expect(gateway.query('{ slow }')).rejects.toThrow();
    await vi.waitFor(() => expect(shop.seen.length).toBe(1));
    await gateway.stop();
    await broken;
    release();
  });
});
