import { get, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './fixtures/eventually.js';
import { openSocket, type TestSocket } from './fixtures/openSocket.js';
import { startFeed } from './fixtures/startFeed.js';
import { type LiveGateway, type LiveGraph, startLiveGateway, startLiveGraph } from './fixtures/startLiveGateway.js';
import { type Shop, startShop } from './fixtures/startShop.js';

let shop: Shop;
let graph: LiveGraph;
let gateway: LiveGateway;
let serverSockets: Set<Socket>;
const clean: (() => void)[] = [];

const TICKS = 'subscription { ticks { n text } }';
const TEXT = 'x'.repeat(50_000);
const EVENTS = 1_000;
/** What the kernel may hold for a connection on this machine, and some more; far less than all events. */
const MOST_IN_KERNEL = 400;

beforeAll(async () => {
  shop = await startShop();
  graph = await startLiveGraph(shop);
});
afterEach(async () => {
  for (const each of clean.splice(0)) each();
  await gateway.stop();
});
afterAll(async () => {
  await graph?.close();
  await shop?.close();
});

async function start(options: { most?: number; heartbeatMs?: number }): Promise<void> {
  gateway = await startLiveGateway(graph, {
    feed: startFeed({ most: options.most ?? 1e9 }),
    live: { heartbeatMs: options.heartbeatMs ?? 3_600_000 },
  });
  serverSockets = new Set();
  gateway.server.on('connection', (socket) => {
    serverSockets.add(socket);
    socket.on('close', () => serverSockets.delete(socket));
  });
}

async function open(): Promise<TestSocket> {
  const opened = await openSocket(gateway.socketUrl, { init: {} });
  clean.push(() => opened.socket.terminate());
  return opened;
}

/** An event stream whose client reads nothing until it is resumed. */
async function openStream(): Promise<{ response: IncomingMessage; events: () => number[] }> {
  const search = new URLSearchParams({ query: TICKS });
  const asked = get(`${gateway.url}?${search}`, { headers: { accept: 'text/event-stream' } });
  clean.push(() => asked.destroy());
  asked.on('error', () => {});
  const response = await new Promise<IncomingMessage>((resolve) => asked.on('response', resolve));
  let text = '';
  response.on('error', () => {});
  response.on('data', (chunk) => {
    text += chunk;
  });
  response.pause();
  return { response, events: () => [...text.matchAll(/"n":(\d+)/g)].map(([, n]) => Number(n)) };
}

/** Lets the gateway do many other things: what it would do without end it has done by then. */
async function muchLater(): Promise<void> {
  const other = await open();
  for (let n = 0; n < 200; n += 1) {
    other.subscribe(`q${n}`, '{ __typename }');
    await other.get('complete', `q${n}`);
    for (const socket of serverSockets) expect(socket.writableLength).toBeLessThan(200_000);
  }
}

const oneTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const numbers = ({ messages }: TestSocket) =>
  messages.filter(({ type }) => type === 'next').map(({ payload }) => payload.data.ticks.n);
const running = (count: number) => eventually(() => expect(gateway.feed.running).toBe(count));

describe('a WebSocket whose client does not read', () => {
  it('is not written to beyond bounds, and misses nothing when it reads again', async () => {
    await start({});
    const socket = await open();
    socket.subscribe('a', TICKS);
    await running(1);
    socket.socket.pause();
    for (let n = 0; n < EVENTS; n += 1) gateway.feed.publish(TEXT);
    await muchLater();
    expect(gateway.feed.taken).toBeLessThan(MOST_IN_KERNEL);
    socket.socket.resume();
    await eventually(() => expect(numbers(socket)).toHaveLength(EVENTS));
    expect(numbers(socket)).toEqual(oneTo(EVENTS));
  });

  it('is not written to beyond bounds by many subscriptions at once', async () => {
    await start({});
    const socket = await open();
    for (let n = 0; n < 50; n += 1) socket.subscribe(String(n), TICKS);
    await running(50);
    socket.socket.pause();
    for (let n = 0; n < 100; n += 1) gateway.feed.publish(TEXT);
    await muchLater();
    // One each waits for its turn.
    expect(gateway.feed.taken).toBeLessThan(MOST_IN_KERNEL + 50);
    socket.socket.resume();
    await eventually(() => expect(numbers(socket)).toHaveLength(50 * 100));
    for (let n = 0; n < 50; n += 1) {
      const own = socket.messages.filter(({ type, id }) => type === 'next' && id === String(n));
      expect(own.map(({ payload }) => payload.data.ticks.n)).toEqual(oneTo(100));
    }
  });

  it('is told to resume when it reads again too late', async () => {
    await start({ most: 10 });
    const socket = await open();
    socket.subscribe('a', TICKS);
    await running(1);
    socket.socket.pause();
    for (let n = 0; n < EVENTS; n += 1) {
      gateway.feed.publish(TEXT);
      await new Promise(setImmediate);
    }
    socket.socket.resume();
    expect(await socket.closed).toEqual({ code: 4513, reason: 'resume from your cursor' });
    const got = numbers(socket);
    expect(got.length).toBeLessThan(EVENTS);
    expect(got).toEqual(oneTo(got.length));
    expect(socket.messages.at(-1).type).toBe('next');
  });

  it('is ended when it does not read for long', async () => {
    await start({ heartbeatMs: 100 });
    const socket = await open();
    socket.subscribe('a', TICKS);
    await running(1);
    socket.socket.pause();
    for (let n = 0; n < EVENTS; n += 1) gateway.feed.publish(TEXT);
    await eventually(() => expect(gateway.webSockets.stats).toEqual({ connections: 0, unresponsive: 1 }));
    await running(0);
  });

  it('is not read from while it does not take the answers', async () => {
    await start({});
    const socket = await open();
    socket.socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: TEXT } });
    for (let n = 0; n < EVENTS; n += 1) socket.send(ping);
    await muchLater();
    expect(socket.socket.bufferedAmount).toBeGreaterThan((EVENTS - MOST_IN_KERNEL) * TEXT.length);
    socket.socket.resume();
    await eventually(() => expect(socket.messages).toHaveLength(EVENTS + 1));
  });

  it('gets its pings answered when it reads again', async () => {
    await start({});
    const socket = await open();
    let pongs = 0;
    socket.socket.on('pong', () => (pongs += 1));
    socket.socket.pause();
    let pings = 0;
    const isHeld = () => [...serverSockets].some((each) => each.isPaused());
    while (!isHeld()) {
      for (let n = 0; n < 1_000; n += 1) socket.socket.ping('x'.repeat(125));
      pings += 1_000;
      await new Promise(setImmediate);
    }
    socket.socket.resume();
    await eventually(() => expect(pongs).toBe(pings));
    expect(isHeld()).toBe(false);
  });
});

describe('an event stream whose client does not read', () => {
  it('is not written to beyond bounds, and misses nothing when it reads again', async () => {
    await start({});
    const { response, events } = await openStream();
    await running(1);
    for (let n = 0; n < EVENTS; n += 1) gateway.feed.publish(TEXT);
    await muchLater();
    expect(gateway.feed.taken).toBeLessThan(MOST_IN_KERNEL);
    response.resume();
    await eventually(() => expect(gateway.delivered).toHaveLength(EVENTS));
    gateway.feed.end(undefined);
    await eventually(() => expect(response.complete).toBe(true));
    expect(events()).toEqual(oneTo(EVENTS));
  });

  it('ends, without being completed, when it reads again too late', async () => {
    await start({ most: 10 });
    const { response, events } = await openStream();
    await running(1);
    for (let n = 0; n < EVENTS; n += 1) {
      gateway.feed.publish(TEXT);
      await new Promise(setImmediate);
    }
    response.resume();
    await eventually(() => expect(response.complete).toBe(true));
    const got = events();
    expect(got.length).toBeLessThan(EVENTS);
    expect(got).toEqual(oneTo(got.length));
  });

  it('is ended when it does not read for long', async () => {
    await start({ heartbeatMs: 100 });
    await openStream();
    await running(1);
    for (let n = 0; n < EVENTS; n += 1) gateway.feed.publish(TEXT);
    await eventually(() => expect(gateway.eventStreams.stats).toEqual({ connections: 0, unresponsive: 1 }));
    await running(0);
  });
});
