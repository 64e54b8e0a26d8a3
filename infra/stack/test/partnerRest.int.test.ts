import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seed } from '../src/demo/seed.ts';
import { createGraphClient } from '../src/graph/graphClient.ts';
import type { Platform } from '../src/platform.ts';
import { LOCAL_PARTNER } from '../src/provideClients.ts';
import { startTestPlatform, type TestPlatform } from './startTestPlatform.ts';

const START_MS = 120_000;
const RUN_MS = 60_000;

let test: TestPlatform;
let platform: Platform;
let base: string;
let sourceId: string;

beforeAll(async () => {
  test = await startTestPlatform();
  platform = test.platform;
  base = platform.urls.graphql.replace(/\/graphql$/, '/partner/v1');
  const operatorToken = await platform.issueToken({ kind: 'OPERATOR', sub: 'ops' });
  await seed({ graphqlUrl: platform.urls.graphql, operatorToken });
  const operator = createGraphClient({ graphqlUrl: platform.urls.graphql, token: operatorToken });
  const { sources } = await operator.request<{ sources: { edges: { node: { id: string; partner: string } }[] } }>(
    '{ sources(first: 20) { edges { node { id partner } } } }',
  );
  sourceId = sources.edges.find(({ node }) => node.partner === LOCAL_PARTNER)?.node.id ?? '';
}, START_MS);

afterAll(() => test?.stop());

/** Sends a request as the local partner. */
async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      'x-partner-key': platform.partnerKey ?? '',
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
  const json: any = text === '' ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, body: json };
}

const keyed = (key: string) => ({ 'idempotency-key': key });

/** A test lead, such as a partner's form sends it. */
const lead = (more: object = {}) => ({
  sourceId,
  line: 'RENTERS',
  isTest: true,
  contact: {
    firstName: 'Ada',
    lastName: 'Moreno',
    email: 'ada@example.com',
    phone: '(512) 555-0147',
    dateOfBirth: '1990-04-12',
  },
  address: { street: '12 Elm St', city: 'Austin', state: 'TX', zip: '78701' },
  details: { renters: { propertyType: 'APARTMENT', claims: 0, moveInOn: '2027-01-15' } },
  consent: {
    text: 'I agree to be called about insurance.',
    givenAt: new Date(Date.now() - 3_600_000).toISOString(),
    channels: ['PHONE', 'EMAIL'],
    scope: 'PARTNER_LIST',
    certificateType: 'INTERNAL',
    certificateRef: 'rest-1',
  },
  ...more,
});

describe('a partner over REST', () => {
  let id: string;

  it('finds its operations documented, and its sources', async () => {
    const document = await call('GET', '/openapi.json');
    expect(document.status).toBe(200);
    expect(Object.keys(document.body.paths)).toEqual(
      expect.arrayContaining(['/health', '/leads', '/leads/{id}', '/leads/{id}/qualify', '/payments/quote']),
    );
    const { status, body } = await call('GET', '/sources?first=5');
    expect(status).toBe(200);
    expect(body.edges.map(({ node }: { node: { id: string } }) => node.id)).toContain(sourceId);
  });

  it('submits a lead, and the same again with its key', async () => {
    const submitted = lead();
    const first = await call('POST', '/leads', submitted, keyed('submit-1'));
    expect(first, JSON.stringify(first.body)).toMatchObject({ status: 201, body: { problems: [], replayed: false } });
    id = first.body.lead.id;
    const again = await call('POST', '/leads', submitted, keyed('submit-1'));
    expect(again).toMatchObject({ status: 201, body: { replayed: true, lead: { id } } });
  });

  it('is told that a key was used for something else', async () => {
    const conflict = await call('POST', '/leads', lead({ line: 'HOME', details: { home: {} } }), keyed('submit-1'));
    expect(conflict).toMatchObject({ status: 409, body: { code: 'IDEMPOTENCY_KEY_REUSED', retryable: false } });
    expect(conflict.headers.get('content-type')).toBe('application/problem+json');
  });

  it(
    'sees how far it is',
    async () => {
      await vi.waitFor(
        async () => {
          const { status, body } = await call('GET', `/leads/${id}`);
          expect(status).toBe(200);
          expect(body).toMatchObject({ id, qualification: { score: expect.any(Number) }, source: { id: sourceId } });
        },
        { timeout: RUN_MS, interval: 200 },
      );
      const list = await call('GET', '/leads?first=5&line=RENTERS,HOME&includeTest=true');
      expect(list.body.edges.map(({ node }: { node: { id: string } }) => node.id)).toContain(id);
    },
    RUN_MS,
  );

  it('is answered 404 for what is not there, and 400 for what makes no sense', async () => {
    expect(await call('GET', '/leads/01890a5d-ac96-774b-bcce-b302099a8057')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
    const { status, body } = await call('POST', '/leads', { line: 'BOAT', contact: { phone: 1 }, colour: 'red' });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['#/line', '#/contact/phone', '#/colour', '#/sourceId', '#/address', '#/details']),
    );
  });

  it(
    'has it qualified anew, once for a key',
    async () => {
      const first = await call('POST', `/leads/${id}/qualify`, { wait: true }, keyed('qualify-1'));
      expect(first, JSON.stringify(first.body)).toMatchObject({ status: 200, body: { leadId: id } });
      const again = await call('POST', `/leads/${id}/qualify`, { wait: true }, keyed('qualify-1'));
      expect(again.body.id).toBe(first.body.id);
    },
    RUN_MS,
  );

  it('asks what it costs, which needs a key', async () => {
    const without = await call('POST', '/payments/quote', { leadId: id, mode: 'SHARED' });
    expect(without).toMatchObject({ status: 400, body: { errors: [{ header: 'Idempotency-Key' }] } });
    const unknown = { leadId: '01890a5d-ac96-774b-bcce-b302099a8057', mode: 'SHARED' };
    expect(await call('POST', '/payments/quote', unknown, keyed('quote-0'))).toMatchObject({
      status: 409,
      body: { code: 'LEAD_NOT_READY', retryable: true },
    });
    const quoted = await call('POST', '/payments/quote', { leadId: id, mode: 'SHARED' }, keyed('quote-1'));
    expect(quoted, JSON.stringify(quoted.body)).toMatchObject({
      status: 200,
      body: { mode: 'SHARED', priceCents: expect.any(Number), currency: 'USD' },
    });
    const again = await call('POST', '/payments/quote', { leadId: id, mode: 'SHARED' }, keyed('quote-1'));
    expect(again.body.id).toBe(quoted.body.id);
  });

  it('is answered nothing without a key, or with a wrong one', async () => {
    for (const key of ['', `${platform.partnerKey}x`]) {
      const { status, body } = await call('GET', '/leads', undefined, { 'x-partner-key': key });
      expect([status, body.code]).toEqual([401, 'UNAUTHENTICATED']);
    }
  });

  it(
    'asks whether everything is well, and is told what is not',
    async () => {
      expect(await call('GET', '/health')).toMatchObject({ status: 200, body: { leads: { status: 'OK' } } });
      await platform.service('payments').stop();
      const ill = await call('GET', '/health');
      expect(ill.status).toBe(503);
      expect(ill.headers.get('retry-after')).toBe('1');
      expect(ill.body).toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE', retryable: true });
      await platform.service('payments').start();
      await vi.waitFor(async () => expect((await call('GET', '/health')).status).toBe(200), { timeout: 20_000 });
    },
    RUN_MS,
  );
});
