import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Http1Pool, type Http1PoolOptions } from './http1Pool.js';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: TcpServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        if ('closeAllConnections' in server) (server as Server).closeAllConnections();
      }),
  );
  return (server.address() as AddressInfo).port;
}

function poolFor(url: string, options: Partial<Http1PoolOptions> = {}): Http1Pool {
  const pool = new Http1Pool(new URL(url), {
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

function post(pool: Http1Pool, body: string) {
  return pool.post({ headers: 'content-type: text/x\r\n', body, timeoutMs: 20_000, repeatable: false }).reply;
}

/** Sends the body back, with what the server saw of the request. */
const echo: RequestListener = async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  response.setHeader('x-seen', [`${request.method} ${request.url}`, `${request.headers['content-type']}`]);
  if (body.length % 2 === 0) response.setHeader('content-length', body.length);
  else response.flushHeaders();
  response.end(body);
};

const bodies = ['', '{}', 'é', '"\\u0000"', '€'.repeat(300_000), 'x'.repeat(3_000_001)];

describe("with Node's HTTP server", () => {
  it('bodies go to and fro, with a length and in chunks, on one connection', async () => {
    const server = createServer(echo);
    let connections = 0;
    server.on('connection', () => connections++);
    const pool = poolFor(`http://127.0.0.1:${await listen(server)}/a%20b?c=d`);
    for (const body of bodies) {
      const reply = await post(pool, body);
      expect(reply.text === body).toBe(true);
      expect(reply.header('x-seen')).toBe('POST /a%20b?c=d, text/x');
    }
    expect(connections).toBe(1);
  });

  it('interim responses are skipped', async () => {
    const server = createServer((_, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: '</x>; rel=preload' });
      response.end('hello');
    });
    const pool = poolFor(`http://127.0.0.1:${await listen(server)}`);
    expect([(await post(pool, '')).text, (await post(pool, '')).text]).toEqual(['hello', 'hello']);
    expect(pool.stats.connections).toBe(1);
  });

  it('connections are given up a second before the server closes them, which it says', async () => {
    const server = createServer(echo);
    server.keepAliveTimeout = 1_000;
    const pool = poolFor(`http://127.0.0.1:${await listen(server)}`);
    await post(pool, '');
    expect(pool.stats.connections).toBe(0);
  });

  it('localhost is found whichever of its addresses is served', async () => {
    const pool = poolFor(`http://localhost:${await listen(createServer(echo))}`);
    expect((await post(pool, 'hello')).text).toBe('hello');
  });
});

describe('over TLS', () => {
  let folder: string;
  let key: string;
  let cert: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'http1-tls-'));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const request = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ];
    const names = ['-subj', '/CN=test', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...request, ...names, '-keyout', keyFile, '-out', certFile], { stdio: 'pipe' });
    key = readFileSync(keyFile, 'utf8');
    cert = readFileSync(certFile, 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('bodies go to and fro on one connection, which names the server and speaks HTTP/1.1', async () => {
    const server = createSecureServer({ key, cert, ALPNProtocols: ['h2', 'http/1.1'] }, echo);
    const seen: unknown[] = [];
    server.on('secureConnection', (socket: TLSSocket & { servername?: string }) =>
      seen.push([socket.servername, socket.alpnProtocol]),
    );
    const pool = poolFor(`https://localhost:${await listen(server)}/a`, { ca: cert });
    for (const body of bodies) expect((await post(pool, body)).text === body).toBe(true);
    expect(seen).toEqual([['localhost', 'http/1.1']]);
    expect(pool.stats).toEqual({ connections: 1, idle: 1, queued: 0 });
  });

  it('a certificate of an unknown authority, or for another name, is refused', async () => {
    const port = await listen(createSecureServer({ key, cert }, echo));
    const failures = await Promise.all(
      [poolFor(`https://localhost:${port}`), poolFor(`https://127.0.0.1:${port}`, { ca: cert })].map((pool) =>
        post(pool, '').catch((error: unknown) => error),
      ),
    );
    expect(failures).toMatchObject([
      { reason: 'unreachable', cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } },
      { reason: 'unreachable', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } },
    ]);
  });

  it('an idle connection that the server closes is noticed, and close() ends the others', async () => {
    const server = createSecureServer({ key, cert }, echo);
    const open = new Set<TLSSocket>();
    server.on('secureConnection', (socket: TLSSocket) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    const pool = poolFor(`https://localhost:${await listen(server)}`, { ca: cert });
    await Promise.all(['a', 'b', 'c'].map((body) => post(pool, body)));
    const [first] = open;
    first?.end();
    await vi.waitFor(() => expect(pool.stats.connections).toBe(2), { timeout: 20_000 });
    await pool.close();
    await vi.waitFor(() => expect(open.size).toBe(0), { timeout: 20_000 });
  });

  it('a server that never completes the handshake is unreachable after the time for connecting', async () => {
    const silent = createTcpServer((socket) => {
      socket.on('error', () => {});
      cleanups.push(() => socket.destroy());
    });
    const pool = poolFor(`https://localhost:${await listen(silent)}`, { connectTimeoutMs: 50 });
    await expect(post(pool, '')).rejects.toMatchObject({
      reason: 'unreachable',
      cause: { message: expect.any(String) },
    });
    expect(pool.stats.connections).toBe(0);
  });
});

it('other protocols are refused', () => {
  expect(() => poolFor('ftp://localhost/')).toThrow(TypeError);
});
