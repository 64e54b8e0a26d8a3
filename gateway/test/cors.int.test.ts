import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

const origin = 'https://page.example';
const preflight = {
  'access-control-request-method': 'POST',
  'access-control-request-headers': 'authorization,content-type',
};

let shop: Shop;
let issuer: TokenIssuer;
let gateway: TestGateway;
let without: TestGateway;

beforeAll(async () => {
  shop = await startShop();
  issuer = await startTokenIssuer();
  const cors = { origins: new Set([origin]), headers: ['x-more'], maxAgeSeconds: 60 };
  gateway = await startTestGateway(shop, { cors, clientTokens: issuer.clientTokens, compressFrom: 1 });
  without = await startTestGateway(shop);
});
afterAll(async () => {
  await gateway?.stop();
  await without?.stop();
  await shop?.close();
});

const ask = (to: TestGateway, path: string, method: string, headers: Record<string, string>) =>
  fetch(`${to.url}${path}`, { method, headers, ...(method === 'POST' && { body: '{"query": "{ people { id } }"}' }) });
const json = { 'content-type': 'application/json' };

describe('unless it is configured', () => {
  it('no page of another origin is told that it may read anything', async () => {
    for (const path of ['/graphql', '/graphql/ticket']) {
      for (const method of ['OPTIONS', 'POST']) {
        const { headers } = await ask(without, path, method, { origin, ...preflight, ...json });
        expect([...headers.keys()].filter((name) => name.startsWith('access-control') || name === 'vary')).toEqual([]);
      }
    }
  });
});

for (const path of ['/graphql', '/graphql/ticket']) {
  describe(`${path}, for an origin that is allowed`, () => {
    it('answers a preflight', async () => {
      const { status, headers } = await ask(gateway, path, 'OPTIONS', { origin, ...preflight });
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-methods')).toContain('POST');
      expect(headers.get('access-control-allow-headers')).toMatch(/content-type, authorization.*x-more/);
      expect(headers.get('access-control-max-age')).toBe('60');
      expect(headers.get('vary')).toBe('origin');
    });

    it('lets answers be read, refusals as well', async () => {
      const good = { origin, ...json, authorization: await issuer.bearer() };
      for (const [sent, status] of [
        [good, 200],
        [{ ...good, authorization: 'Bearer nonsense' }, 401],
      ] as const) {
        const response = await ask(gateway, path, 'POST', sent);
        expect(response.status).toBe(status);
        expect(response.headers.get('access-control-allow-origin')).toBe(origin);
        expect(response.headers.get('access-control-expose-headers')).toContain('x-request-id');
        expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      }
    });
  });

  it(`${path} tells another origin nothing, and caches that it depends on the origin`, async () => {
    for (const given of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}] as Record<string, string>[]) {
      for (const method of ['OPTIONS', 'POST']) {
        const { headers } = await ask(gateway, path, method, { ...given, ...preflight, ...json });
        expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
        expect(headers.get('vary')).toMatch(/^origin/);
      }
    }
  });
}

it('says both of what an answer depends on when it is compressed', async () => {
  const { headers } = await ask(gateway, '/graphql', 'POST', { origin, ...json, 'accept-encoding': 'gzip' });
  expect(headers.get('vary')).toBe('origin, accept-encoding');
  expect(headers.get('content-encoding')).toBe('gzip');
});

it('goes with responses in parts and event streams', async () => {
  for (const accept of ['multipart/mixed', 'text/event-stream']) {
    const { status, headers } = await ask(gateway, '/graphql', 'POST', { origin, ...json, accept });
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  }
});
