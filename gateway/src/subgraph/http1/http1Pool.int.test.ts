import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Http1Failure, Http1Pool, type Http1PoolOptions, type Http1Request } from './http1Pool.js';

/** A connection as the server sees it. */
interface Peer {
  readonly socket: Socket;
  /** Its number, from 1. */
  readonly number: number;
  /** Requests on it so far. */
  requests: number;
}
interface Received {
  readonly head: string;
  readonly body: string;
}

const HELLO = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\nhello';
const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server that answers nothing by itself: `answer` gets each whole request, `greet` each connection. */
async function serve(
  answer: (peer: Peer, request: Received) => unknown,
  { greet, host = '127.0.0.1' }: { greet?: (peer: Peer) => void; host?: string } = {},
) {
  const peers: Peer[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer({ noDelay: true, allowHalfOpen: false }, (socket) => {
    const peer = { socket, number: peers.length + 1, requests: 0 };
    peers.push(peer);
    open.add(socket);
    socket.on('error', () => {}).on('close', () => open.delete(socket));
    greet?.(peer);
    let received = Buffer.alloc(0);
    socket.on('data', (piece) => {
      received = Buffer.concat([received, piece]);
      const headEnd = received.indexOf('\r\n\r\n') + 4;
      if (headEnd === 3) return;
      const head = received.toString('latin1', 0, headEnd);
      const bodyEnd = headEnd + Number(/content-length: (\d+)/.exec(head)?.[1]);
      if (received.length < bodyEnd) return;
      const body = received.toString('utf8', headEnd, bodyEnd);
      received = received.subarray(bodyEnd);
      peer.requests++;
      void answer(peer, { head, body });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  cleanups.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { peers, open, authority, server, url: new URL(`http://${authority}/graphql?a=b#c`) };
}

function poolFor(url: URL, options: Partial<Http1PoolOptions> = {}): Http1Pool {
  const pool = new Http1Pool(url, {
    connections: 4,
    queued: 100,
    keepAliveMs: 60_000,
    connectTimeoutMs: 20_000,
    maxResponseBytes: 10_000_000,
    ...options,
  });
  cleanups.push(() => pool.close());
  return pool;
}

const hello = (changes: Partial<Http1Request> = {}): Http1Request => ({
  headers: 'content-type: application/json\r\n',
  body: '{}',
  timeoutMs: 20_000,
  repeatable: false,
  ...changes,
});

async function textOf(pool: Http1Pool, changes?: Partial<Http1Request>): Promise<string> {
  return (await pool.post(hello(changes)).reply).text;
}

async function reasonOf(reply: Promise<unknown>): Promise<string> {
  const error = await reply.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (error instanceof Http1Failure) return error.reason;
  throw new Error('no failure', { cause: error });
}

const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

/** Answers with the same bytes always. */
const always = (response: string | Buffer) => (peer: Peer) => peer.socket.write(response);

describe('a request', () => {
  it('is a line, the host, the headers, the length in bytes and the body', async () => {
    const received: Received[] = [];
    const { url, authority } = await serve(({ socket }, request) => {
      received.push(request);
      socket.write(HELLO);
    });
    const pool = poolFor(url);
    const large = '€'.repeat(200_000);
    for (const body of ['{"plain":1}', '"é€😀"', large]) await textOf(pool, { headers: 'x-a: \u00e9\r\n', body });
    expect(received.map(({ body }) => body)).toEqual(['{"plain":1}', '"é€😀"', large]);
    expect(received.map(({ head }) => head)).toEqual(
      [11, 11, 600_000].map(
        (length) =>
          `POST /graphql?a=b HTTP/1.1\r\nhost: ${authority}\r\nx-a: \u00e9\r\ncontent-length: ${length}\r\n\r\n`,
      ),
    );
  });

  it('goes to an IPv6 address, which stands in brackets in the host field', async (context) => {
    const received: Received[] = [];
    const started = serve(
      ({ socket }, request) => {
        received.push(request);
        socket.write(HELLO);
      },
      { host: '::1' },
    );
    const { url, authority } = await started.catch(() => context.skip('no IPv6 here'));
    expect(await textOf(poolFor(url))).toBe('hello');
    expect(received[0]?.head).toContain(`\r\nhost: ${authority}\r\n`);
    expect(authority).toContain('[::1]:');
  });

  it('with a character beyond Latin-1 in a header is not sent: its low byte may be a line break', async () => {
    const { url, peers } = await serve(always(HELLO));
    const pool = poolFor(url);
    expect(await reasonOf(pool.post(hello({ headers: 'x: \u010d\u010ay: z\r\n' })).reply)).toBe('invalid');
    expect(peers).toHaveLength(0);
  });
});

describe('a reply', () => {
  it('has status, type, other fields and text', async () => {
    const body = '{"a":"é\\n"}';
    const { url } = await serve(
      always(`HTTP/1.1 503 Busy\r\nContent-Type: text/x\r\nRetry-After: 7\r\ncontent-length: 12\r\n\r\n${body}`),
    );
    const reply = await poolFor(url).post(hello()).reply;
    expect(reply).toMatchObject({ status: 503, contentType: 'text/x', text: body, plain: false, bytes: 12 });
    expect([reply.header('retry-after'), reply.header('x')]).toEqual(['7', undefined]);
  });

  it('is put together from chunks of a byte, each sent by itself', async () => {
    const text = '{"data":"äöü€"}';
    const { url } = await serve(async ({ socket }) => {
      const send = (piece: Buffer | string) => new Promise((resolve) => socket.write(piece, resolve));
      await send('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      for (const byte of Buffer.from(text)) {
        for (const piece of ['1\r\n', Buffer.of(byte), '\r\n']) await send(piece);
      }
      await send('0\r\n\r\n');
    });
    const pool = poolFor(url);
    expect(await textOf(pool)).toBe(text);
    expect(pool.stats).toEqual({ connections: 1, idle: 1, queued: 0 });
  });

  it('larger than the receive buffer arrives whole, on several connections at once', async () => {
    const { url } = await serve(({ socket, number }) => {
      const body = String(number).repeat(3_000_000);
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    const pool = poolFor(url);
    const texts = await Promise.all([1, 2, 3, 4].map(() => textOf(pool)));
    expect(texts.map((text) => [...new Set(text)].join('')).sort()).toEqual(['1', '2', '3', '4']);
    expect(texts.every((text) => text.length === 3_000_000)).toBe(true);
  });

  it('without a length ends with the connection, and only if that ends in order', async () => {
    const { url, peers } = await serve(({ socket, number }) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\nhello', () => {
        if (number === 1) socket.end();
      });
    });
    const pool = poolFor(url, { connections: 1 });
    expect(await textOf(pool)).toBe('hello');
    const reset = pool.post(hello()).reply;
    await eventually(() => expect(peers[1]?.socket.bytesWritten).toBeGreaterThan(0));
    peers[1]?.socket.resetAndDestroy();
    expect(await reasonOf(reset)).toBe('unreachable');
  });

  it('may come before the request was wholly written; the connection is then of no use', async () => {
    const { url, peers } = await serve(always(HELLO), {
      greet: ({ socket, number }) => {
        if (number > 1) return;
        socket.once('data', () => {
          socket.pause();
          socket.write(HELLO);
        });
      },
    });
    const pool = poolFor(url);
    expect(await textOf(pool, { body: 'x'.repeat(50_000_000) })).toBe('hello');
    expect(pool.stats.connections).toBe(0);
    expect(await textOf(pool)).toBe('hello');
    expect(peers).toHaveLength(2);
  });
});

describe('connections', () => {
  it('are used again, the last one first', async () => {
    const { url, peers } = await serve(always(HELLO));
    const pool = poolFor(url);
    await Promise.all([1, 2, 3].map(() => textOf(pool)));
    expect(pool.stats).toEqual({ connections: 3, idle: 3, queued: 0 });
    for (let sent = 0; sent < 20; sent++) await textOf(pool);
    expect(peers.map(({ requests }) => requests).sort((a, b) => a - b)).toEqual([1, 1, 21]);
  });

  it('are never more than allowed; what waits for one is sent in order', async () => {
    const order: string[] = [];
    let most = 0;
    const { url, peers, open } = await serve(({ socket }, { body }) => {
      most = Math.max(most, open.size);
      order.push(body);
      socket.write(HELLO);
    });
    const pool = poolFor(url, { connections: 2, queued: 1000 });
    const bodies = Array.from({ length: 300 }, (_, number) => String(number));
    const replies = bodies.map((body) => textOf(pool, { body }));
    expect(pool.stats).toEqual({ connections: 2, idle: 0, queued: 298 });
    await Promise.all(replies);
    expect([most, peers.length]).toEqual([2, 2]);
    // Two connections overtake each other by one at most.
    for (const [position, body] of order.entries()) expect(Math.abs(Number(body) - position)).toBeLessThanOrEqual(2);
  });

  it('that are all taken, with a full queue, refuse what comes on top', async () => {
    const held: Peer[] = [];
    const { url } = await serve((peer) => held.push(peer));
    const pool = poolFor(url, { connections: 1, queued: 1 });
    const served = [textOf(pool), textOf(pool)];
    expect(await reasonOf(pool.post(hello()).reply)).toBe('overloaded');
    for (const answered of [1, 2]) {
      await eventually(() => expect(held).toHaveLength(answered));
      held[0]?.socket.write(HELLO);
    }
    expect(await Promise.all(served)).toEqual(['hello', 'hello']);
  });

  it.each([
    ['HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'],
    ['HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 0\r\n\r\n'],
    [`${HELLO}HTTP/1.1 200 OK\r\n`],
  ])('are not used again after %j', async (response) => {
    const { url, peers } = await serve(always(response));
    const pool = poolFor(url);
    await textOf(pool);
    expect(pool.stats.connections).toBe(0);
    await textOf(pool);
    expect(peers).toHaveLength(2);
  });

  it('that are idle too long are closed', async () => {
    const { url, open } = await serve(always(HELLO));
    const pool = poolFor(url, { keepAliveMs: 30 });
    await Promise.all([1, 2, 3].map(() => textOf(pool)));
    await eventually(() => expect([pool.stats.connections, open.size]).toEqual([0, 0]));
  });

  it('that are idle are closed when the server closes them, or says anything', async () => {
    const { url, peers, open } = await serve(always(HELLO));
    const pool = poolFor(url);
    await Promise.all([textOf(pool), textOf(pool)]);
    peers[0]?.socket.end();
    peers[1]?.socket.write('HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n');
    await eventually(() => expect([pool.stats.connections, open.size]).toEqual([0, 0]));
    expect(await textOf(pool)).toBe('hello');
    expect(peers).toHaveLength(3);
  });

  it('that are idle do not keep the process alive', async () => {
    const { url, peers, server } = await serve(always(HELLO));
    server.unref();
    const pool = poolFor(url);
    await textOf(pool);
    for (const { socket } of peers) socket.unref();
    expect(pool.stats.idle).toBe(1);
    await eventually(() => expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap'));
    expect(pool.stats.idle).toBe(1);
  });
});

describe('a failure', () => {
  it('is unreachable when nobody listens, for each request that waits', async () => {
    const { url, server } = await serve(always(HELLO));
    await new Promise((resolve) => server.close(resolve));
    const pool = poolFor(url, { connections: 2 });
    const replies = Array.from({ length: 5 }, () => pool.post(hello({ repeatable: true })).reply);
    const errors = await Promise.all(replies.map((reply) => reply.catch((error: unknown) => error)));
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'Http1Failure', reason: 'unreachable', cause: { code: 'ECONNREFUSED' } });
    }
    expect(pool.stats).toEqual({ connections: 0, idle: 0, queued: 0 });
  });

  it.each([
    [''],
    ['HTTP/1.1 200 O'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell'],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['HTTP/1.1 100 Continue\r\n\r\n'],
  ])('is unreachable when the connection ends after %j', async (response) => {
    const { url, peers } = await serve(({ socket }) => socket.end(response));
    const pool = poolFor(url);
    const error = await pool.post(hello({ repeatable: true })).reply.catch((failure: unknown) => failure);
    expect(error).toMatchObject({ reason: 'unreachable' });
    expect(peers).toHaveLength(1);
    expect(pool.stats.connections).toBe(0);
  });

  it('is invalid when the answer is no HTTP', async () => {
    const { url } = await serve(always('<html>'));
    const pool = poolFor(url);
    expect(await reasonOf(pool.post(hello()).reply)).toBe('invalid');
    expect(pool.stats.connections).toBe(0);
  });

  it.each([
    ['before the head', ''],
    ['within the head', 'HTTP/1.1 200 OK\r\ncont'],
    ['within the body', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell'],
  ])('is a time-out when the answer stops %s; the connection is closed', async (_, response) => {
    const { url, open } = await serve(({ socket, requests }) => socket.write(requests === 1 ? HELLO : response));
    const pool = poolFor(url);
    await textOf(pool);
    expect(await reasonOf(pool.post(hello({ timeoutMs: 100 })).reply)).toBe('timeout');
    expect(pool.stats.connections).toBe(0);
    await eventually(() => expect(open.size).toBe(0));
  });

  it('is a time-out when no connection gets free; the one in use is left alone', async () => {
    const { url, peers } = await serve(() => {});
    const pool = poolFor(url, { connections: 1 });
    const first = textOf(pool);
    expect(await reasonOf(pool.post(hello({ timeoutMs: 50 })).reply)).toBe('timeout');
    expect(pool.stats).toEqual({ connections: 1, idle: 0, queued: 0 });
    await eventually(() => expect(peers[0]?.requests).toBe(1));
    peers[0]?.socket.write(HELLO);
    expect(await first).toBe('hello');
  });

  it('is too-large at the limit of a body of 100 MB, which is not read on', async () => {
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(0x10000, 0x61), Buffer.from('\r\n')]);
    let sent = 0;
    const { url, open } = await serve(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = () => {
        for (let full = false; !full && sent < 100_000_000; sent += chunk.length) full = !socket.write(chunk);
      };
      socket.on('drain', more);
      more();
    });
    const pool = poolFor(url, { maxResponseBytes: 1_000_000 });
    expect(await reasonOf(pool.post(hello()).reply)).toBe('too-large');
    await eventually(() => expect(open.size).toBe(0));
    expect(sent).toBeLessThan(50_000_000);
    expect(pool.stats.connections).toBe(0);
  });
});

describe('a kept connection that turns out to be dead', () => {
  /** Answers the first request of each connection, and breaks it at the second. */
  const serveOnce = (atSecond: (socket: Socket) => void) =>
    serve((peer) => (peer.requests === 1 ? peer.socket.write(HELLO) : atSecond(peer.socket)));

  it.each([
    ['closed', (socket: Socket) => socket.end()],
    ['reset', (socket: Socket) => socket.resetAndDestroy()],
  ])('is replaced when %s, if sending twice does no harm', async (_, close) => {
    const { url, peers } = await serveOnce(close);
    const pool = poolFor(url);
    await textOf(pool);
    expect(await textOf(pool, { repeatable: true })).toBe('hello');
    expect(peers.map(({ requests }) => requests)).toEqual([2, 1]);
    expect(await reasonOf(pool.post(hello({ repeatable: false })).reply)).toBe('unreachable');
    expect(peers.map(({ requests }) => requests)).toEqual([2, 2]);
  });

  it('is replaced by a new one, since the other idle ones may be dead as well', async () => {
    const { url, peers } = await serveOnce((socket) => socket.end());
    const pool = poolFor(url);
    await Promise.all([1, 2, 3].map(() => textOf(pool)));
    expect(await textOf(pool, { repeatable: true })).toBe('hello');
    expect(peers).toHaveLength(4);
  });

  it('is replaced once', async () => {
    let requests = 0;
    const { url } = await serve(({ socket }) => (++requests === 1 ? socket.write(HELLO) : socket.end()));
    const pool = poolFor(url);
    await textOf(pool);
    expect(await reasonOf(pool.post(hello({ repeatable: true })).reply)).toBe('unreachable');
    expect(requests).toBe(3);
  });

  it('is not replaced once a byte of the answer came', async () => {
    let requests = 0;
    const { url } = await serve(({ socket }) => (++requests === 1 ? socket.write(HELLO) : socket.end('H')));
    const pool = poolFor(url);
    await textOf(pool);
    expect(await reasonOf(pool.post(hello({ repeatable: true })).reply)).toBe('unreachable');
    expect(requests).toBe(2);
  });
});

describe('an exchange that is cancelled', () => {
  it('before the connection stands sends nothing; the connection serves the next one', async () => {
    const bodies: string[] = [];
    const { url, peers } = await serve(({ socket }, { body }) => {
      bodies.push(body);
      socket.write(HELLO);
    });
    const pool = poolFor(url, { connections: 1 });
    const exchange = pool.post(hello({ body: 'given up' }));
    exchange.cancel();
    const next = textOf(pool, { body: 'next' });
    expect(pool.stats).toEqual({ connections: 1, idle: 0, queued: 1 });
    expect(await reasonOf(exchange.reply)).toBe('aborted');
    expect(await next).toBe('hello');
    expect([bodies, peers.length]).toEqual([['next'], 1]);
  });

  it('while it waits leaves the queue', async () => {
    const bodies: string[] = [];
    const { url, peers } = await serve((_, { body }) => bodies.push(body));
    const pool = poolFor(url, { connections: 1 });
    const replies = [textOf(pool, { body: 'first' })];
    const waiting = pool.post(hello({ body: 'given up' }));
    replies.push(textOf(pool, { body: 'last' }));
    waiting.cancel();
    expect(await reasonOf(waiting.reply)).toBe('aborted');
    for (const requests of [1, 2]) {
      await eventually(() => expect(peers[0]?.requests).toBe(requests));
      peers[0]?.socket.write(HELLO);
    }
    await Promise.all(replies);
    expect(bodies).toEqual(['first', 'last']);
  });

  it('within the body closes the connection; the next request gets a new one', async () => {
    const { url, open, peers } = await serve(({ socket, number }) =>
      socket.write(number === 1 ? HELLO.slice(0, -2) : HELLO),
    );
    const pool = poolFor(url, { connections: 1 });
    const exchange = pool.post(hello({ repeatable: true }));
    const next = textOf(pool);
    await eventually(() => expect(peers[0]?.requests).toBe(1));
    exchange.cancel();
    expect(await reasonOf(exchange.reply)).toBe('aborted');
    expect(await next).toBe('hello');
    await eventually(() => expect(open.size).toBe(1));
    expect(peers).toHaveLength(2);
  });

  it('after its end, or twice, is not changed by it', async () => {
    const { url } = await serve(always(HELLO));
    const pool = poolFor(url);
    const exchange = pool.post(hello());
    const { text } = await exchange.reply;
    exchange.cancel();
    exchange.cancel();
    expect([text, (await exchange.reply).text]).toEqual(['hello', 'hello']);
    expect(pool.stats).toEqual({ connections: 1, idle: 1, queued: 0 });
  });
});

describe('closing', () => {
  it('ends idle connections at once, others after what was posted before, and refuses the rest', async () => {
    const { url, peers, open } = await serve((peer, { body }) => body === 'idle' && peer.socket.write(HELLO));
    const pool = poolFor(url, { connections: 2 });
    const busy = textOf(pool, { body: 'busy' });
    await textOf(pool, { body: 'idle' });
    const alsoBusy = textOf(pool, { body: 'busy too' });
    const waiting = textOf(pool, { body: 'idle' });
    await eventually(() => expect(peers.map(({ requests }) => requests).sort()).toEqual([1, 2]));
    let closed = false;
    const closing = pool.close().then(() => {
      closed = true;
    });
    expect(await reasonOf(pool.post(hello()).reply)).toBe('aborted');
    expect(pool.stats).toEqual({ connections: 2, idle: 0, queued: 1 });
    for (const { socket } of peers) socket.write(HELLO);
    expect(await Promise.all([busy, alsoBusy, waiting])).toEqual(['hello', 'hello', 'hello']);
    await closing;
    expect([closed, pool.stats.connections]).toEqual([true, 0]);
    await eventually(() => expect(open.size).toBe(0));
    await pool.close();
  });

  it('resolves at once when there is nothing to close', async () => {
    const { url, open } = await serve(always(HELLO));
    await poolFor(url).close();
    const pool = poolFor(url);
    await textOf(pool);
    await pool.close();
    await eventually(() => expect(open.size).toBe(0));
  });
});

describe('under load', () => {
  it('several pools stay apart and every exchange ends, whatever the servers do', async () => {
    const warnings: Error[] = [];
    const warn = (warning: Error) => warnings.push(warning);
    process.on('warning', warn);
    cleanups.push(() => process.off('warning', warn));
    const reply = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
    const behaviours = [
      ({ socket }: Peer, text: string) => socket.end(reply(text)),
      ({ socket }: Peer) => socket.destroy(),
      ({ socket }: Peer, text: string) => socket.end(reply(text).slice(0, -1)),
      ({ socket }: Peer) => socket.write('nonsense'),
      () => {},
    ];
    const post = async (pool: Http1Pool, own: string, number: number) => {
      const body = `${own}-${number}`;
      const exchange = pool.post(hello({ body, timeoutMs: number % 97 === 0 ? 1 : 150, repeatable: number % 2 === 0 }));
      if (number % 13 === 0) setImmediate(() => exchange.cancel());
      const result = await exchange.reply.then(
        ({ text }) => text,
        (error: unknown) => error,
      );
      if (result instanceof Http1Failure) return result.reason;
      expect(result).toBe(body);
      return 'answered';
    };
    const runs = await Promise.all(
      ['a', 'b', 'c'].map(async (own) => {
        let requests = 0;
        const { url, open } = await serve((peer, { body }) => {
          const misbehave = ++requests % 10 === 0 ? behaviours[(requests / 10) % behaviours.length] : undefined;
          return misbehave ? misbehave(peer, body) : peer.socket.write(reply(body));
        });
        const pool = poolFor(url, { connections: 8, queued: 1000 });
        const outcomes: string[] = [];
        for (let round = 0; round < 5; round++) {
          const batch = Array.from({ length: 200 }, (_, number) => post(pool, own, round * 200 + number));
          outcomes.push(...(await Promise.all(batch)));
        }
        expect(pool.stats.queued).toBe(0);
        expect(pool.stats.connections).toBeLessThanOrEqual(8);
        await eventually(() => expect(pool.stats.idle).toBe(pool.stats.connections));
        await pool.close();
        await eventually(() => expect(open.size).toBe(0));
        return outcomes;
      }),
    );
    for (const outcomes of runs) {
      expect(outcomes).toHaveLength(1000);
      expect([...new Set(outcomes)]).toEqual(expect.arrayContaining(['answered', 'aborted', 'unreachable', 'invalid']));
    }
    expect(warnings).toEqual([]);
  });
});
