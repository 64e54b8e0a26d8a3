import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitsSchema } from './fixtures/fitsSchema.js';
import { restGraph } from './fixtures/restGraph.js';
import { otherManifest, shopManifest } from './fixtures/restManifests.js';
import { routedManifest } from './fixtures/routedManifest.js';
import { composed, startComposed } from './fixtures/startComposed.js';
import { startRestGateway } from './fixtures/startRestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

const graph = restGraph();
let issuer: TokenIssuer;
let subgraphs: Awaited<ReturnType<typeof startComposed>>;
let folder: string;
let gateway: Awaited<ReturnType<typeof startRestGateway>>;
let partner: string;
// biome-ignore lint/suspicious/noExplicitAny: what the document says is what is tested
let openApi: any;

beforeAll(async () => {
  issuer = await startTokenIssuer();
  subgraphs = await startComposed(graph.subgraphs);
  folder = await mkdtemp(join(tmpdir(), 'rest-'));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, composed(graph.subgraphs, subgraphs.urlOf));
  gateway = await startRestGateway(file, [shopManifest, otherManifest], { clientTokens: issuer.clientTokens });
  partner = await issuer.bearer({ kind: 'PARTNER', sub: 'acme' });
  openApi = (await call('GET', '/openapi.json')).body;
});
afterAll(async () => {
  await gateway?.stop();
  await subgraphs?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Sent {
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly as?: string | undefined;
}

/** Sends a request whose path goes out as it is written. */
async function call(method: string, path: string, { body, headers = {}, as = partner }: Sent = {}) {
  const { hostname, port, pathname } = new URL(gateway.url);
  const sent = httpRequest({
    method,
    hostname,
    port,
    path: `${pathname}${path}`,
    headers: {
      ...(as !== '' && { authorization: as }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  const [response] = await once(sent, 'response');
  const zipped = response.headers['content-encoding'] === 'gzip';
  const answer = await text(zipped ? response.pipe(createGunzip()) : response);
  const json = answer !== '' && String(response.headers['content-type']).includes('json');
  return {
    status: response.statusCode as number,
    headers: response.headers as Record<string, string>,
    body: json ? JSON.parse(answer) : answer,
  };
}

const place = (sku: string, key?: string, more: object = {}) =>
  call('POST', '/orders', { body: { sku, ...more }, headers: key === undefined ? {} : { 'idempotency-key': key } });

/** Checks an answer against what the documentation says of it. */
function expectDocumented(method: string, path: string, { status, body, headers }: Awaited<ReturnType<typeof call>>) {
  const operation = openApi.paths[path][method.toLowerCase()];
  let described = operation.responses[String(status)];
  if (described?.$ref) described = openApi.components.responses[described.$ref.split('/').at(-1)];
  const type = String(headers['content-type']);
  expect(described?.content?.[type], `${method} ${path} ${status} ${type}`).toBeDefined();
  expect(fitsSchema(openApi, described.content[type].schema, body), JSON.stringify(body)).toEqual([]);
}

describe('an operation with a route', () => {
  it('answers with the value of its root field, as it is documented', async () => {
    const placed = await place('desk', undefined, { count: 2, note: 'Blüm' });
    expect(placed.status).toBe(201);
    expect(placed.headers['content-type']).toBe('application/json');
    expect(placed.body).toEqual({ order: { id: 'order-1', sku: 'desk', count: 2, note: 'Blüm' }, replayed: false });
    expectDocumented('POST', '/orders', placed);
    const got = await call('GET', '/orders/order-1');
    expect(got.status).toBe(200);
    expect(got.body).toEqual(placed.body.order);
    expectDocumented('GET', '/orders/{id}', got);
  });

  it('has no body, and no length of one, where its route says that there is none', async () => {
    await place('desk');
    const answer = await call('DELETE', '/orders/order-1/note');
    expect([answer.status, answer.body]).toEqual([204, '']);
    for (const name of ['content-length', 'content-type', 'transfer-encoding'])
      expect(answer.headers).not.toHaveProperty(name);
    expect(openApi.paths['/orders/{id}/note'].delete.responses['204']).toEqual({ description: 'Done.' });
  });

  it('is the one of its own manifest, whatever other manifests call by its id', async () => {
    const withId = (client: string, route: string, text: string) => {
      const manifest = routedManifest(client, ['PARTNER'], { [route]: text });
      return { ...manifest, operations: manifest.operations.map((each) => ({ ...each, id: '1' })) };
    };
    const one = withId('one', 'GET /one', 'query One { one: echo(id: "1") }');
    const two = withId('two', 'GET /two', 'query Two { two: echo(id: "2") }');
    const file = join(folder, 'supergraph.graphql');
    const both = await startRestGateway(file, [two, one], { clientTokens: issuer.clientTokens });
    const ask = (path: string) => fetch(`${both.url}${path}`, { headers: { authorization: partner } });
    const answers = await Promise.all(['/one', '/two'].map(async (path) => (await ask(path)).json()));
    await both.stop();
    expect(answers).toEqual(['1', '2']);
  });

  it('answers with all of the data where it has several root fields', async () => {
    const answer = await call('GET', '/overview?id=order-1');
    expect(answer.body).toEqual({ version: 7, latest: { id: 'order-1' } });
    expectDocumented('GET', '/overview', answer);
    expect((await call('GET', '/overview?id=none')).body).toEqual({ version: 7, latest: null });
  });

  it('answers unions and interfaces as documented', async () => {
    for (const [id, expected] of [
      ['saw', { __typename: 'Tool', id: 'saw', teeth: 32 }],
      ['ball', { __typename: 'Toy', id: 'ball', age: null }],
    ] as const) {
      const answer = await call('GET', `/items/${id}`);
      expect(answer.body).toEqual(expected);
      expectDocumented('GET', '/items/{id}', answer);
    }
  });

  it('is not there where it answers null to a question for one thing', async () => {
    const answer = await call('GET', '/orders/none');
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'NOT_FOUND', status: 404, retryable: false });
    expectDocumented('GET', '/orders/{id}', answer);
    // A value that may be null is an answer.
    expect(await call('GET', '/echo/null')).toMatchObject({ status: 200, body: null });
    expect(await call('PUT', '/orders/none/note', { body: {} })).toMatchObject({ status: 200, body: null });
  });

  it('is answered by HEAD as by GET, without the body', async () => {
    const answer = await call('HEAD', '/orders/order-1');
    expect(answer.status).toBe(200);
    expect(answer.body).toBe('');
    expect(Number(answer.headers['content-length'])).toBeGreaterThan(10);
  });

  it('names its methods', async () => {
    expect(await call('OPTIONS', '/orders')).toMatchObject({
      status: 204,
      headers: { allow: 'GET, HEAD, POST, OPTIONS' },
    });
    const wrong = await call('DELETE', '/orders');
    expect(wrong).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, POST, OPTIONS' },
      body: { code: 'METHOD_NOT_ALLOWED' },
    });
  });

  it('is the single client’s before its kind’s', async () => {
    const as = await issuer.bearer({ kind: 'PARTNER', sub: 'other' });
    expect((await call('GET', '/orders/order-1', { as })).body).toEqual({ id: 'order-1' });
    expect((await call('GET', '/secrets/1', { as })).body).toBe('1');
  });

  it('counts in the metrics', async () => {
    await call('GET', '/orders/order-1');
    const metrics = await gateway.metrics.registry.metrics();
    expect(metrics).toMatch(
      /rest_requests_total\{client="shop",operation="Order",status="200",service="gateway"\} [1-9]/,
    );
    expect(metrics).toMatch(/graphql_request_duration_seconds_count\{.*operation="query"/);
  });

  it('costs no parsing and no planning', async () => {
    const planned = async () => {
      const metrics = await gateway.metrics.registry.metrics();
      const lines = metrics
        .split('\n')
        .filter((line) => /^operation_(planning_duration_seconds_count|lookups_total)/.test(line));
      expect(lines.length).toBeGreaterThan(1);
      return lines;
    };
    const before = await planned();
    await call('GET', '/orders/order-1');
    await place('desk', 'planned');
    await call('GET', '/items/saw');
    expect(await planned()).toEqual(before);
  });

  it('answers at length', async () => {
    const text = 'ä'.repeat(1_000);
    const { status, body, headers } = await call('GET', `/echo/x?text=${encodeURIComponent(text)}`);
    expect([status, body]).toEqual([200, `x ${text}`]);
    expect(Number(headers['content-length'])).toBe(2_004);
    const long = await call('GET', `/echo/x?text=${'a'.repeat(6_000)}`, { headers: { 'accept-encoding': 'gzip' } });
    expect(long.body).toBe(`x ${'a'.repeat(6_000)}`);
    expect(long.headers.etag).toMatch(/-gzip"$/);
    const again = await call('GET', `/echo/x?text=${'a'.repeat(6_000)}`, {
      headers: { 'accept-encoding': 'gzip', 'if-none-match': long.headers.etag ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('sends a request id back', async () => {
    const { headers, body } = await call('GET', '/nowhere', { headers: { 'x-request-id': 'mine-1' } });
    expect(headers['x-request-id']).toBe('mine-1');
    expect(body).toMatchObject({ requestId: 'mine-1', instance: 'urn:request:mine-1' });
  });
});

describe('variables', () => {
  const asked = async (query: string) => JSON.parse((await call('GET', `/orders?${query}`)).body.asked);

  it('are read by their types from the query string', async () => {
    expect(await asked('')).toEqual({ first: 10 });
    expect(await asked('first=3&after=a%20b+c&large=false&least=-1.5e2&since=2026-01-01T00%3A00%3A00Z')).toEqual({
      first: 3,
      after: 'a b c',
      large: false,
      least: -150,
      since: '2026-01-01T00:00:00Z',
    });
  });

  it('are lists by repetition and by commas', async () => {
    for (const query of ['size=SMALL&size=LARGE', 'size=SMALL,LARGE'])
      expect((await asked(query)).size).toEqual(['SMALL', 'LARGE']);
    // A comma that is encoded is part of a value.
    expect(await call('GET', '/orders?size=SMALL%2CLARGE')).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'size' }] },
    });
  });

  it('are refused with all their faults at once', async () => {
    const answer = await call('GET', '/orders?first=abc&size=SMALL,HUGE&large=1&least=&color=red&after=a&after=b');
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: '/partner/v1/problems#BAD_USER_INPUT',
      title: 'A variable or parameter is missing, unknown, or has a value that its type does not allow.',
      code: 'BAD_USER_INPUT',
      retryable: false,
    });
    expect(answer.body.errors.map(({ parameter }: { parameter: string }) => parameter)).toEqual([
      'first',
      'size',
      'large',
      'least',
      'color',
      'after',
    ]);
    expect(answer.body.errors[0].detail).toBe('"first" has to be a whole number from -2147483648 to 2147483647.');
    expectDocumented('GET', '/orders', answer);
  });

  it('are read from the body, with the place of each fault', async () => {
    const answer = await call('POST', '/orders', {
      body: { count: 'x', address: { zip: 'y', street: 1 }, more: 1, 'a/b': 2 },
    });
    expect(answer.status).toBe(400);
    const places = answer.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(places.sort()).toEqual(
      ['#/a~1b', '#/address', '#/address', '#/address/zip', '#/count', '#/more', '#/sku'].sort(),
    );
    expectDocumented('POST', '/orders', answer);
  });

  it('keep null and what is left out apart', async () => {
    const { body } = await call('POST', '/orders', { body: { sku: 'a', note: null } });
    expect(body.order).toMatchObject({ count: 1, note: null });
    const refused = await call('POST', '/orders', { body: { sku: 'a', count: null } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '#/count' }] } });
  });

  it('may be given once only', async () => {
    const both = await call('PUT', '/orders/order-1/note?note=x', { body: { id: 'order-2', note: 'y' } });
    expect(both.status).toBe(400);
    expect(both.body.errors).toEqual([
      expect.objectContaining({ pointer: '#/id', detail: '"id" is given in the path already.' }),
      expect.objectContaining({ pointer: '#/note', detail: '"note" is given in the query string already.' }),
    ]);
    expect(await call('PUT', '/orders/order-1/note?id=order-2', { body: {} })).toMatchObject({
      status: 400,
      body: { errors: [{ parameter: 'id' }] },
    });
    expect((await call('PUT', '/orders/order-1/note?note=x')).status).toBe(200);
  });

  it('of the path are decoded once, and a slash in one stays in it', async () => {
    for (const [path, value] of [
      ['a%2Fb', 'a/b'],
      ['a%252Fb', 'a%2Fb'],
      ['%2e%2e', '..'],
      ['..', '..'],
      ['%2e%2e%2f%2e%2e%2forders', '../../orders'],
      ['a+b', 'a+b'],
      ['%C3%A9', 'é'],
      ['a;b=c', 'a;b=c'],
      ['__proto__', '__proto__'],
    ])
      expect((await call('GET', `/echo/${path}`)).body).toBe(value);
  });
});

describe('an idempotency key', () => {
  it('has the same request answered the same, and another one refused', async () => {
    const first = await place('lamp', 'key-1');
    const again = await place('lamp', 'key-1');
    expect(again.body).toEqual({ order: first.body.order, replayed: true });
    const conflict = await place('chair', 'key-1');
    expect(conflict.status).toBe(409);
    expect(conflict.body).toMatchObject({
      code: 'IDEMPOTENCY_KEY_REUSED',
      errors: [{ path: [], details: { field: 'key' } }],
    });
    expectDocumented('POST', '/orders', conflict);
  });

  it('may stand in quotes, and in the body', async () => {
    await place('lamp', '"key-2"');
    const inBody = await call('POST', '/orders', { body: { sku: 'lamp', idempotencyKey: 'key-2' } });
    expect(inBody.body.replayed).toBe(true);
    const same = await call('POST', '/orders', {
      body: { sku: 'lamp', idempotencyKey: 'key-2' },
      headers: { 'idempotency-key': 'key-2' },
    });
    expect(same.body.replayed).toBe(true);
    const other = await call('POST', '/orders', {
      body: { sku: 'lamp', idempotencyKey: 'key-2' },
      headers: { 'idempotency-key': 'key-3' },
    });
    expect(other).toMatchObject({ status: 400, body: { errors: [{ header: 'Idempotency-Key' }] } });
  });

  it('is asked for by operations that need one', async () => {
    const without = await call('POST', '/keyed', { body: { sku: 'lamp' } });
    expect(without).toMatchObject({ status: 400, body: { errors: [{ header: 'Idempotency-Key' }] } });
    for (const key of ['', ' ', '""', 'a'.repeat(256)])
      expect(
        await call('POST', '/keyed', { body: { sku: 'lamp' }, headers: { 'idempotency-key': key } }),
        key,
      ).toMatchObject({
        status: 400,
        body: { errors: [{ header: 'Idempotency-Key' }] },
      });
    expect((await call('POST', '/keyed', { body: { sku: 'lamp' }, headers: { 'idempotency-key': 'k' } })).status).toBe(
      200,
    );
  });

  it('is nothing to an operation that knows none', async () => {
    expect((await call('GET', '/orders', { headers: { 'idempotency-key': 'x' } })).status).toBe(200);
  });
});

describe('a problem', () => {
  it('has the status of its code', async () => {
    for (const [sku, status, code, retryable] of [
      ['sold-out', 409, 'OUT_OF_STOCK', true],
      ['forbidden', 403, 'FORBIDDEN', false],
      ['strange', 422, 'STRANGE_SKU', false],
    ] as const) {
      const answer = await place(sku);
      expect(answer).toMatchObject({ status, body: { code, status, retryable, type: `/partner/v1/problems#${code}` } });
      expectDocumented('POST', '/orders', answer);
    }
  });

  it('has what there is of the answer, and says when to come again', async () => {
    graph.stock.away = true;
    const answer = await call('GET', '/orders/order-1/stock');
    graph.stock.away = false;
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.body).toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      retryable: true,
      errors: [{ path: ['left'], code: 'SERVICE_UNAVAILABLE', detail: 'The store is away.' }],
      data: { id: 'order-1', left: null },
    });
    expectDocumented('GET', '/orders/{id}/stock', answer);
    expect((await call('GET', '/orders/order-1/stock')).body).toEqual({ id: 'order-1', left: 5 });
  });

  it('stands in the list that its type names', async () => {
    const { body } = await call('GET', '/problems');
    const find = (code: string) => body.problems.find((each: { code: string }) => each.code === code);
    expect(find('OUT_OF_STOCK')).toMatchObject({ status: 409, title: 'Out of stock.' });
    expect(find('RATE_LIMITED')).toMatchObject({
      status: 429,
      retryable: true,
      type: '/partner/v1/problems#RATE_LIMITED',
    });
  });
});

describe('an answer to GET', () => {
  it('has a tag by which it is not sent again', async () => {
    const { headers } = await call('GET', '/orders/order-1');
    expect(headers['cache-control']).toBe('private, no-cache');
    for (const tag of [headers.etag, '*', `"x", ${headers.etag}`, `W/${headers.etag}`]) {
      const again = await call('GET', '/orders/order-1', { headers: { 'if-none-match': tag ?? '' } });
      expect(again).toMatchObject({ status: 304, body: '', headers: { etag: headers.etag } });
    }
    expect((await call('GET', '/orders/order-1', { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
    expect((await place('tag')).headers).toMatchObject({ 'cache-control': 'no-store' });
  });

  it('is compressed for those who take it', async () => {
    const { headers, body } = await call('GET', '/openapi.json', { headers: { 'accept-encoding': 'gzip' } });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
    expect(body).toEqual(openApi);
  });
});

describe('the documentation', () => {
  it('is valid OpenAPI of the caller’s operations', async () => {
    const { Validator } = await import('@seriousme/openapi-schema-validator');
    expect(await new Validator().validate(openApi)).toMatchObject({ valid: true });
    expect(Object.keys(openApi.paths)).toContain('/orders/{id}/stock');
    expect(Object.keys(openApi.paths)).not.toContain('/secrets/{id}');
    expect(openApi.servers).toEqual([{ url: gateway.url }]);
    const other = await call('GET', '/openapi.json', { as: await issuer.bearer({ kind: 'PARTNER', sub: 'other' }) });
    expect(Object.keys(other.body.paths)).toContain('/secrets/{id}');
  });

  it('shows to whoever has no key what is for a whole kind', async () => {
    const { status, body, headers } = await call('GET', '/openapi.json', { as: '' });
    expect(status).toBe(200);
    expect(Object.keys(body.paths)).toContain('/orders');
    expect(Object.keys(body.paths)).not.toContain('/secrets/{id}');
    const again = await call('GET', '/openapi.json', { as: '', headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again.status).toBe(304);
  });

  it('is for no other kind, and takes no other method', async () => {
    const { body } = await call('GET', '/openapi.json', { as: await issuer.bearer({ kind: 'VISITOR' }) });
    expect(body.paths).toEqual({});
    expect(await call('POST', '/openapi.json', { body: {} })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    });
  });

  it('believes no odd host', async () => {
    const { body } = await call('GET', '/openapi.json', { headers: { host: 'evil.example/"><script>' } });
    expect(body.servers).toEqual([{ url: '/partner/v1' }]);
  });
});
