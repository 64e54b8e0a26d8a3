import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import { readConfig } from '../src/config.js';
import { eventually } from './fixtures/eventually.js';
import { restGraph } from './fixtures/restGraph.js';
import { otherManifest, shopManifest } from './fixtures/restManifests.js';
import { rightsGraph } from './fixtures/rightsGraph.js';
import { routedManifest } from './fixtures/routedManifest.js';
import { composed, startComposed } from './fixtures/startComposed.js';
import { startRestGateway } from './fixtures/startRestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

const graph = restGraph();
const defaults = readConfig({}, []);
let issuer: TokenIssuer;
let subgraphs: Awaited<ReturnType<typeof startComposed>>;
let folder: string;
let file: string;
let gateway: Awaited<ReturnType<typeof startRestGateway>>;
let partner: string;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  subgraphs = await startComposed(graph.subgraphs);
  folder = await mkdtemp(join(tmpdir(), 'rest-'));
  file = join(folder, 'supergraph.graphql');
  await writeFile(file, composed(graph.subgraphs, subgraphs.urlOf));
  partner = await issuer.bearer({ kind: 'PARTNER', sub: 'acme' });
});
afterEach(() => gateway?.stop());
afterAll(async () => {
  await subgraphs?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(config: Partial<GatewayConfig>) {
  gateway = await startRestGateway(file, [otherManifest, shopManifest], {
    clientTokens: issuer.clientTokens,
    ...config,
  });
}

async function get(path: string, headers: Record<string, string> = { authorization: partner }, method = 'GET') {
  const response = await fetch(`${gateway.url}${path}`, { headers, method });
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
  const body: any = response.headers.get('content-type')?.includes('json') ? await response.json() : undefined;
  return { status: response.status, headers: response.headers, body };
}

describe('limits', () => {
  it('hold as at /graphql, with what is left and when to come again', async () => {
    const rates = { identity: { PARTNER: { points: 30, seconds: 60 } } };
    await start({ limits: { ...defaults.limits, rates } });
    const first = await get('/orders/none');
    expect(first.status).toBe(404);
    expect(Number(first.headers.get('ratelimit-remaining'))).toBeLessThan(30);
    // What is refused is paid for as well.
    for (let sent = 0; sent < 40; sent += 1) await get('/orders?first=x');
    const refused = await get('/orders?first=1');
    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', retryable: true } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('hold for the documentation, too', async () => {
    const rates = { address: { points: 2, seconds: 60 } };
    await start({ limits: { ...defaults.limits, rates } });
    const statuses = [];
    for (const path of ['/problems', '/openapi.json', '/problems']) statuses.push((await get(path, {})).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('on costs are problems', async () => {
    await start({ limits: { ...defaults.limits, costBudgets: { PARTNER: 5 } } });
    expect(await get('/orders')).toMatchObject({
      status: 400,
      body: {
        code: 'COST_ESTIMATED_TOO_EXPENSIVE',
        errors: [{ details: { cost: { estimated: expect.any(Number), budget: 5 } } }],
      },
    });
  });
});

describe('the documentation', () => {
  it('takes a key where introspection takes a scope', async () => {
    await start({ access: { ...defaults.access, introspectionScope: 'introspection:read' } });
    expect(await get('/openapi.json', {})).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect((await get('/openapi.json')).status).toBe(200);
    const codes = (await get('/problems', {})).body.problems.map(({ code }: { code: string }) => code);
    expect(codes).toContain('UNAUTHENTICATED');
    expect(codes).not.toContain('OUT_OF_STOCK');
  });

  it('names the address that clients are told, and the prefix', async () => {
    await start({ rest: { prefix: '/api', publicUrl: 'https://graph.example/' } });
    expect((await get('/openapi.json')).body.servers).toEqual([{ url: 'https://graph.example/api' }]);
    expect((await get('/nowhere')).body.type).toBe('/api/problems#NOT_FOUND');
    expect((await fetch(`${gateway.origin}/partner/v1/orders`)).status).toBe(404);
  });
});

it('what the caller may not have is a problem, with the rest of the answer', async () => {
  const manifest = routedManifest('catalogue', ['VISITOR'], {
    'GET /products/:id': 'query Product($id: ID!) { product(id: $id) { id price } }',
  });
  const graph = await startComposed(rightsGraph);
  const rightsFile = join(folder, 'rights.graphql');
  await writeFile(rightsFile, composed(rightsGraph, graph.urlOf));
  gateway = await startRestGateway(rightsFile, [manifest], { clientTokens: issuer.clientTokens });
  const ask = async (scope: string) => get('/products/1', { authorization: await issuer.bearer({ scope }) });
  expect(await ask('price:read eu')).toMatchObject({ status: 200, body: { id: '1', price: 100 } });
  expect(await ask('none')).toMatchObject({
    status: 403,
    body: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', errors: [{ path: ['price'] }], data: { id: '1', price: null } },
  });
  await graph.stop();
});

it('pages of allowed origins may ask', async () => {
  const origin = 'https://page.example';
  await start({ cors: { origins: new Set([origin]), headers: [], maxAgeSeconds: 60 } });
  const asked = await get(
    '/orders',
    { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-partner-key' },
    'OPTIONS',
  );
  expect(asked.status).toBe(204);
  expect(asked.headers.get('access-control-allow-origin')).toBe(origin);
  const refused = await get('/orders', { origin });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('access-control-allow-origin')).toBe(origin);
});

it('a process that is about to end sends clients elsewhere', async () => {
  await start({});
  const { hostname, port, pathname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  // Not wholly there yet, so that the process waits for it.
  await new Promise<void>((resolve) => {
    socket.write(`GET ${pathname}/orders HTTP/1.1\r\nhost: gateway\r\n`, () => resolve());
  });
  await get('/orders');
  const stopped = gateway.stop();
  await eventually(() => expect(fetch(gateway.origin)).rejects.toThrow());
  socket.write(`authorization: ${partner}\r\n\r\n`);
  await eventually(() => expect(received).toContain('SHUTTING_DOWN'));
  expect(received).toMatch(/^HTTP\/1\.1 503 /);
  expect(received.toLowerCase()).toMatch(/retry-after: 1\r\n.*connection: close/s);
  await stopped;
});

describe('manifests', () => {
  it('that have not been read yet are waited for', async () => {
    gateway = await startRestGateway(file, [], { clientTokens: issuer.clientTokens });
    expect(await get('/orders')).toMatchObject({ status: 503, body: { code: 'CLIENTS_UNAVAILABLE', retryable: true } });
    gateway.directory.publish(shopManifest);
    await eventually(async () => expect((await get('/orders')).status).toBe(200));
  });

  it('that are published anew serve their routes at once, and no others', async () => {
    await start({});
    expect((await get('/orders')).status).toBe(200);
    const { etag } = Object.fromEntries((await get('/openapi.json')).headers);
    gateway.directory.publish(
      routedManifest('shop', ['PARTNER'], { 'GET /number': 'query Number { version }' }, { statuses: { X: 418 } }),
    );
    await eventually(async () => expect(await get('/number')).toMatchObject({ status: 200, body: 7 }));
    expect((await get('/orders')).status).toBe(404);
    const { body, headers } = await get('/openapi.json');
    expect(Object.keys(body.paths)).toEqual(['/number']);
    expect(headers.get('etag')).not.toBe(etag);
  });
});
