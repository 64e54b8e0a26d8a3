import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restGraph } from '../fixtures/restGraph.js';
import { otherManifest, shopManifest } from '../fixtures/restManifests.js';
import { composed, startComposed } from '../fixtures/startComposed.js';
import { startRestGateway } from '../fixtures/startRestGateway.js';
import { startTokenIssuer } from '../fixtures/startTokenIssuer.js';
import { costOf } from './costOf.js';

const graph = restGraph();
let subgraphs: Awaited<ReturnType<typeof startComposed>>;
let gateway: Awaited<ReturnType<typeof startRestGateway>>;
let folder: string;
let partner: string;

beforeAll(async () => {
  const issuer = await startTokenIssuer();
  subgraphs = await startComposed(graph.subgraphs);
  folder = await mkdtemp(join(tmpdir(), 'rest-'));
  const file = join(folder, 'supergraph.graphql');
  await writeFile(file, composed(graph.subgraphs, subgraphs.urlOf));
  gateway = await startRestGateway(file, [otherManifest, shopManifest], { clientTokens: issuer.clientTokens });
  partner = await issuer.bearer({ kind: 'PARTNER', sub: 'acme' });
});
afterAll(async () => {
  await gateway?.stop();
  await subgraphs?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Sends a request as it is written, and reads the answer. */
async function raw(line: string, headers: readonly string[] = [], body = '', credentials = true) {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(gateway.origin).port) });
  const head = [
    `${line} HTTP/1.1`,
    'host: gateway.example',
    'connection: close',
    ...(credentials ? [`authorization: ${partner}`] : []),
    ...(body === '' || headers.some((each) => /^(content-length|transfer-encoding)/i.test(each))
      ? []
      : [`content-length: ${Buffer.byteLength(body)}`]),
    ...headers,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  const answer = await text(socket);
  const [top = '', rest = ''] = [
    answer.slice(0, answer.indexOf('\r\n\r\n')),
    answer.slice(answer.indexOf('\r\n\r\n') + 4),
  ];
  const isProblem = /content-type: application\/problem\+json/i.test(top);
  return {
    status: Number(top.split(' ')[1]),
    head: top,
    problem: isProblem && rest !== '' ? JSON.parse(rest) : undefined,
    body: rest,
  };
}

const json = 'content-type: application/json';
const deep = `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`;

/** What is sent, and the status and code that it is refused with. */
const attacks: readonly (readonly [string, () => ReturnType<typeof raw>, number, string])[] = [
  ['a path that climbs out', () => raw('GET /partner/v1/../../graphql'), 404, 'NOT_FOUND'],
  ['one that climbs out encoded', () => raw('GET /partner/v1/%2e%2e/%2e%2e/graphql'), 404, 'NOT_FOUND'],
  ['one with an encoded slash for a step', () => raw('GET /partner/v1/orders%2f1'), 404, 'NOT_FOUND'],
  ['one with back slashes', () => raw('GET /partner/v1\\orders'), 404, ''],
  ['an empty step', () => raw('GET /partner/v1//orders'), 404, 'NOT_FOUND'],
  ['a trailing slash, which is no parameter', () => raw('GET /partner/v1/orders/'), 404, 'NOT_FOUND'],
  ['the prefix alone', () => raw('GET /partner/v1'), 404, 'NOT_FOUND'],
  ['a path that only begins like the prefix', () => raw('GET /partner/v1x/orders'), 404, ''],
  ['a NUL', () => raw('GET /partner/v1/echo/a%00b'), 400, 'BAD_USER_INPUT'],
  ['a line break in a parameter', () => raw('GET /partner/v1/echo/a%0d%0aset-cookie:x'), 400, 'BAD_USER_INPUT'],
  ['what is no UTF-8', () => raw('GET /partner/v1/echo/%c0%ae%c0%ae'), 400, 'BAD_REQUEST'],
  ['half an escape', () => raw('GET /partner/v1/echo/%2'), 400, 'BAD_REQUEST'],
  ['half an escape in the query', () => raw('GET /partner/v1/echo/a?text=%'), 400, 'BAD_USER_INPUT'],
  ['a long path', () => raw(`GET /partner/v1/echo/${'a'.repeat(9_000)}`), 414, 'URI_TOO_LONG'],
  ['a huge query string', () => raw(`GET /partner/v1/orders?${'a=b&'.repeat(2_500)}`), 414, 'URI_TOO_LONG'],
  [
    'many parameters',
    () => raw(`GET /partner/v1/orders?${Array.from({ length: 700 }, (_, n) => `p${n}=1`).join('&')}`),
    400,
    'BAD_USER_INPUT',
  ],
  ['a parameter twice', () => raw('GET /partner/v1/orders?first=1&first=2'), 400, 'BAD_USER_INPUT'],
  [
    'a prototype in the query',
    () => raw('GET /partner/v1/orders?__proto__[x]=1&__proto__=2&constructor=3'),
    400,
    'BAD_USER_INPUT',
  ],
  [
    'a prototype in the body',
    () => raw('POST /partner/v1/orders', [json], '{"sku":"a","__proto__":{"x":1}}'),
    400,
    'BAD_REQUEST',
  ],
  [
    'a prototype within the body',
    () =>
      raw('POST /partner/v1/orders', [json], '{"sku":"a","address":{"city":"b","constructor":{"prototype":{"x":1}}}}'),
    400,
    'BAD_REQUEST',
  ],
  [
    'a constructor in the body',
    () => raw('POST /partner/v1/orders', [json], '{"sku":"a","constructor":1}'),
    400,
    'BAD_USER_INPUT',
  ],
  ['a body on GET', () => raw('GET /partner/v1/orders', [json], '{"first":1}'), 400, 'BAD_REQUEST'],
  ['a body on DELETE', () => raw('DELETE /partner/v1/orders/1/note', [json], '{}'), 400, 'BAD_REQUEST'],
  [
    'a form',
    () => raw('POST /partner/v1/orders', ['content-type: application/x-www-form-urlencoded'], 'sku=a'),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  [
    'plain text',
    () => raw('POST /partner/v1/orders', ['content-type: text/plain'], '{"sku":"a"}'),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['no type', () => raw('POST /partner/v1/orders', [], '{"sku":"a"}'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
  [
    'something packed',
    () => raw('POST /partner/v1/orders', [json, 'content-encoding: gzip'], '{"sku":"a"}'),
    415,
    'UNSUPPORTED_MEDIA_TYPE',
  ],
  ['no JSON', () => raw('POST /partner/v1/orders', [json], '{"sku":'), 400, 'BAD_REQUEST'],
  ['a list', () => raw('POST /partner/v1/orders', [json], '[{"sku":"a"}]'), 400, 'BAD_USER_INPUT'],
  ['a text of GraphQL', () => raw('POST /partner/v1/orders', [json], '{"query":"{ version }"}'), 400, 'BAD_USER_INPUT'],
  ['a deep body', () => raw('POST /partner/v1/orders', [json], `{"sku":${deep}}`), 400, 'BODY_TOO_DEEP'],
  [
    'a body of many values',
    () => raw('POST /partner/v1/orders', [json], `{"sku":[${'1,'.repeat(60_000)}1]}`),
    413,
    'TOO_MANY_VALUES',
  ],
  [
    'a long wrong value',
    () => raw('POST /partner/v1/orders', [json], `{"sku":"a","count":"${'x'.repeat(500_000)}"}`),
    400,
    'BAD_USER_INPUT',
  ],
  [
    'a large body',
    () => raw('POST /partner/v1/orders', [json, `content-length: ${2 ** 21}`], '{'),
    413,
    'PAYLOAD_TOO_LARGE',
  ],
  [
    'another method by a header',
    () => raw('POST /partner/v1/orders/1', [json, 'x-http-method-override: GET'], '{}'),
    405,
    'METHOD_NOT_ALLOWED',
  ],
  ['another method by a parameter', () => raw('GET /partner/v1/orders?_method=POST'), 400, 'BAD_USER_INPUT'],
  [
    'another path by a header',
    () => raw('GET /partner/v1/nowhere', ['x-original-url: /partner/v1/orders', 'x-rewrite-url: /partner/v1/orders']),
    404,
    'NOT_FOUND',
  ],
  ['a method that nobody knows', () => raw('PROPFIND /partner/v1/orders'), 405, 'METHOD_NOT_ALLOWED'],
  ['another client’s route', () => raw('GET /partner/v1/secrets/1'), 404, 'NOT_FOUND'],
  ['nobody’s request', () => raw('GET /partner/v1/orders', [], '', false), 401, 'UNAUTHENTICATED'],
  [
    'nobody’s request for a path that there is not',
    () => raw('GET /partner/v1/nowhere', [], '', false),
    401,
    'UNAUTHENTICATED',
  ],
  [
    'a wrong token',
    () => raw('GET /partner/v1/orders', ['authorization: Bearer x'], '', false),
    401,
    'UNAUTHENTICATED',
  ],
  [
    'two idempotency keys',
    () => raw('POST /partner/v1/orders', [json, 'idempotency-key: a', 'idempotency-key: b'], '{"sku":"a"}'),
    400,
    'BAD_USER_INPUT',
  ],
  ['a mutation by HEAD', () => raw('HEAD /partner/v1/keyed'), 405, ''],
];

it.each(attacks)('refuses %s', async (_, send, status, code) => {
  const before = subgraphs.seen.length;
  const answer = await send();
  expect(answer.status, answer.head).toBe(status);
  if (code !== '') {
    expect(answer.problem).toMatchObject({
      status,
      code,
      type: `/partner/v1/problems#${code}`,
      requestId: expect.any(String),
      errors: expect.any(Array),
    });
    expect(answer.body.length).toBeLessThan(20_000);
  }
  // Nothing of it reached a subgraph.
  expect(subgraphs.seen.length).toBe(before);
});

it.each(attacks)('spends under 50 ms and 10 MB on %s', async (_, send) => {
  const { milliseconds, megabytes } = await costOf(send);
  expect(milliseconds).toBeLessThan(50);
  expect(megabytes).toBeLessThan(10);
});

it('pollutes nothing', () => {
  expect(({} as { x?: number }).x).toBeUndefined();
});
