import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
const gateways = new Map<number, TestGateway>();
const LIMIT = 400;

beforeAll(async () => {
  shop = await startShop();
  for (const compressFrom of [0, LIMIT]) gateways.set(compressFrom, await startTestGateway(shop, { compressFrom }));
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.stop();
  await shop?.close();
});

/** `fetch` would decompress, and asks for compressed bodies by itself. */
async function ask(
  query: string,
  acceptEncoding: string | undefined,
  { compressFrom = LIMIT, accept = '*/*', method = 'POST' } = {},
) {
  const url = new URL(`${gateways.get(compressFrom)?.url}/graphql`);
  if (method !== 'POST') url.search = String(new URLSearchParams({ query }));
  const outgoing = request(url, {
    method,
    headers: {
      accept,
      'content-type': 'application/json',
      ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }),
    },
  });
  outgoing.end(method === 'POST' ? JSON.stringify({ query }) : undefined);
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve).once('error', reject);
  });
  const bytes = await buffer(response);
  const { 'content-encoding': encoding, 'content-length': length, vary } = response.headers;
  const text =
    bytes.length === 0
      ? ''
      : encoding === 'br'
        ? brotliDecompressSync(bytes)
        : encoding === 'gzip'
          ? gunzipSync(bytes)
          : bytes;
  return {
    status: response.statusCode,
    encoding,
    vary,
    length: Number(length),
    bytes: bytes.length,
    text: String(text),
  };
}

const aliased = (fields: number) =>
  `{ ${Array.from({ length: fields }, (_, i) => `a${i}: person(id: "p1") { name }`).join(' ')} }`;
const LARGE = aliased(100);
const SMALL = aliased(2);

describe('a response of some size', () => {
  const cases: [acceptEncoding: string | undefined, encoding: string | undefined][] = [
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['x-other, gzip', 'gzip'],
    // What browsers, curl and Node send.
    ['gzip, deflate, br, zstd', 'br'],
    ['deflate, gzip, br', 'br'],
    ['*', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['gzip;q=0.5, br;q=0.6', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0, *', 'gzip'],
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['deflate', undefined],
    ['br;q=0, gzip;q=0', undefined],
    ['*;q=0', undefined],
    ['identity, gzip;q=0.5', undefined],
    ['identity;q=0.5, gzip', 'gzip'],
    ['identity;q=0, gzip;q=0.1', 'gzip'],
  ];
  for (const [acceptEncoding, encoding] of cases) {
    it(`to "${acceptEncoding}" comes as ${encoding ?? 'it is'}`, async () => {
      const answer = await ask(LARGE, acceptEncoding);
      expect([answer.status, answer.encoding]).toEqual([200, encoding]);
      if (acceptEncoding !== undefined) expect(answer.vary).toBe('accept-encoding');
      expect(answer.bytes).toBe(answer.length);
      expect(Object.keys(JSON.parse(answer.text).data)).toHaveLength(100);
      if (encoding) expect(answer.bytes).toBeLessThan(answer.text.length / 2);
    });
  }

  it('is compressed for GET and said so for HEAD', async () => {
    const got = await ask(LARGE, 'br', { method: 'GET' });
    const head = await ask(LARGE, 'br', { method: 'HEAD' });
    expect([got.encoding, head.encoding, head.bytes, head.length]).toEqual(['br', 'br', 0, got.length]);
  });
});

it('a small response stays as it is', async () => {
  const answer = await ask(SMALL, 'br, gzip');
  expect(answer.encoding).toBeUndefined();
  expect(JSON.parse(answer.text).data.a1).toEqual({ name: 'Ada' });
});

it('what counts is bytes, from the limit on', async () => {
  for (const letter of ['x', 'ä', '漢']) {
    const at = (letters: number) => `{ search(text: "${letter.repeat(letters)}") { ... on Shop { city } } }`;
    const size = Buffer.byteLength(letter);
    const overhead = (await ask(at(1), undefined)).length - size;
    const fits = Math.ceil((LIMIT - overhead) / size);
    const answer = await ask(at(fits), 'gzip');
    expect([letter, answer.encoding, Buffer.byteLength(answer.text) >= LIMIT]).toEqual([letter, 'gzip', true]);
    expect(JSON.parse(answer.text).data.search[0].city).toBe(letter.repeat(fits));
    expect((await ask(at(fits - 1), 'gzip')).encoding).toBeUndefined();
  }
});

it('nothing is compressed, and nothing varies, where it is switched off', async () => {
  const answer = await ask(LARGE, 'br', { compressFrom: 0 });
  expect([answer.encoding, answer.vary]).toEqual([undefined, undefined]);
});

it('a response in parts is not held back to be compressed', async () => {
  const accept = 'multipart/mixed;deferSpec=20220824';
  const answer = await ask('{ person(id: "p1") { id ... @defer { summary } } }', 'br, gzip', { accept });
  expect(answer.encoding).toBeUndefined();
  expect(answer.text).toContain('"hasNext":false');
});
