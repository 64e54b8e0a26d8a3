import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Identity, uuidv7 } from '../src/index.js';
import { forgedTokens, type TestGateway, type TestSubgraph, testGateway } from '../src/testing/index.js';
import { startThings } from './thingsSubgraph.js';

const ops: Identity = { kind: 'OPERATOR', sub: 'ops', scopes: [] };
let things: TestSubgraph;
let gateway: TestGateway;

beforeAll(async () => {
  things = await startThings();
  gateway = await testGateway();
});
afterAll(() => things.stop());

async function post(body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${things.running.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await gateway.sign(ops, 'leads')}`,
      ...headers,
    },
    body,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

const question = JSON.stringify({ query: '{ whoAmI }' });

describe('who may call', () => {
  it('tells the resolver the identity in the gateway token, and passes the request id on', async () => {
    const answer = await post(question, { 'x-request-id': 'abc-1' });
    expect(answer.body.data).toEqual({ whoAmI: 'OPERATOR:ops:abc-1' });
    expect(answer.headers.get('x-request-id')).toBe('abc-1');
  });

  it('makes a request id of its own in place of an unusable one', async () => {
    const answer = await post(question, { 'x-request-id': 'x'.repeat(200) });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  it.each(forgedTokens)('answers 401 to %s, and does nothing', async (_name, make) => {
    const before = await things.outbox();
    const id = uuidv7();
    const token = await make(gateway, 'leads');
    const body = JSON.stringify({ query: 'mutation($id: ID!) { makeThing(id: $id) { id } }', variables: { id } });
    const answer = await post(body, token === undefined ? { authorization: '' } : { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
    expect(answer.body).toEqual({
      errors: [{ message: expect.stringContaining('gateway'), extensions: { code: 'UNAUTHENTICATED' } }],
    });
    expect(await things.outbox()).toEqual(before);
  });

  it.each(['/graphql', '/graphql?x', '/%67raphql', '/graph%71l?x', 'http://leads/graphql'])(
    'answers 401 without a token at %s, however the path is written',
    async (path) => {
      const before = await things.outbox();
      const { hostname, port } = new URL(things.running.url);
      const headers = { 'content-type': 'application/json' };
      const sent = httpRequest({ method: 'POST', hostname, port, path, headers });
      sent.end(JSON.stringify({ query: `mutation { makeThing(id: "${uuidv7()}") { id } }` }));
      const [response] = await once(sent, 'response');
      response.resume();
      expect(response.statusCode).toBe(401);
      expect(await things.outbox()).toEqual(before);
    },
  );

  it.each(['Basic abc', 'bearer', 'Bearer', 'Bearer  ', 'x'.repeat(10_000)])(
    'answers 401 to the header %j',
    async (authorization) => {
      expect((await post(question, { authorization })).status).toBe(401);
    },
  );

  it('believes a token once more and once more, and not after its end', async () => {
    const now = Date.now();
    const token = await gateway.sign(ops, 'leads');
    for (const _ of [1, 2, 3]) expect((await post(question, { authorization: `Bearer ${token}` })).status).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: now + 61_000 });
    try {
      expect((await post(question, { authorization: `Bearer ${token}` })).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('what is answered to bad requests', () => {
  it.each([
    ['a body that is not JSON', '{"query": ', 400, 'BAD_REQUEST'],
    ['a body of 5 MB', JSON.stringify({ query: `# ${'x'.repeat(5_000_000)}` }), 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s', async (_name, body, status, code) => {
    const answer = await post(body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors[0].extensions.code).toBe(code);
  });

  it('a field that does not exist', async () => {
    const answer = await post(JSON.stringify({ query: '{ nothing }' }));
    expect(answer.body.errors[0]).toMatchObject({
      message: expect.stringContaining('nothing'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
  });

  it('takes the defaults of variables, on the first run of an operation and on its compiled ones', async () => {
    const operation =
      'query($first: Int! = 3, $how: String! = "domain") { things(first: $first) { edges { cursor } } failing(how: $how) }';
    for (const _run of ['first', 'second', 'third']) {
      const { errors } = await things.query(operation, {}, ops);
      expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['THING_BROKEN']);
    }
  });

  it('passes an expected failure on with its code and field', async () => {
    const { errors } = await things.query('{ failing(how: "domain") }', {}, ops);
    expect(errors?.[0]).toMatchObject({
      message: 'Mend the thing.',
      path: ['failing'],
      extensions: { code: 'THING_BROKEN', field: 'thing' },
    });
  });

  it('hides what failed inside', async () => {
    const answer = await things.query('{ failing(how: "inside") }', {}, ops);
    expect(answer.errors?.[0]?.extensions).toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
      requestId: expect.any(String),
    });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(JSON.stringify(answer)).not.toContain('.ts');
  });
});

describe('what a mutation changed', () => {
  it('stands in extensions.changed, and its event in the outbox', async () => {
    const id = uuidv7();
    const answer = await things.query('mutation($id: ID!) { makeThing(id: $id) { id } }', { id }, ops);
    expect(answer.extensions).toEqual({ changed: [{ __typename: 'Lead', key: id, version: 1 }] });
    const [message] = (await things.outbox()).slice(-1);
    expect(message).toMatchObject({
      type: 'leads.lead.rejected',
      actor: { kind: 'OPERATOR', sub: 'ops' },
      payload: { leadId: id },
    });
  });

  it('is nothing when the transaction rolled back', async () => {
    const before = (await things.outbox()).length;
    const answer = await things.query(
      'mutation($id: ID!) { makeThing(id: $id, fail: true) { id } }',
      { id: uuidv7() },
      ops,
    );
    expect(answer.errors?.[0]?.extensions.code).toBe('THING_BROKEN');
    expect(answer.extensions).toBeUndefined();
    expect(await things.outbox()).toHaveLength(before);
  });
});

describe('personal data that is answered unmasked', () => {
  const ask = async (fields: string, open = true) =>
    things.query(
      `query Owners($open: Boolean!) { a: owner(id: "t1", open: $open) { ${fields} } b: owner(id: "t2", open: $open) { masked } }`,
      { open },
      ops,
    );

  it('stands in extensions.disclosed with the fields that were read, also of compiled operations', async () => {
    for (const _run of ['first', 'second', 'third']) {
      const answer = await ask('name email masked');
      expect(answer.extensions).toEqual({
        disclosed: [{ __typename: 'Thing', key: 't1', fields: ['owner.name', 'owner.email'] }],
      });
      expect(answer.data.a).toEqual({ name: 'Ada Lovelace', email: 'ada@example.com', masked: false });
    }
    expect((await ask('email')).extensions?.disclosed).toEqual([
      { __typename: 'Thing', key: 't1', fields: ['owner.email'] },
    ]);
  });

  it('is none when it is masked or was not asked for', async () => {
    expect((await ask('name email', false)).extensions).toBeUndefined();
    expect((await ask('masked')).extensions).toBeUndefined();
  });
});

describe('what operators see', () => {
  it('counts the statements of requests', async () => {
    const counted = async () => {
      const metrics = await (await fetch(`${things.running.url}/metrics`)).text();
      return Number(/^sql_statements_total\{[^}]*origin="request"[^}]*\} (\d+)/m.exec(metrics)?.[1] ?? 0);
    };
    const before = await counted();
    await things.query('{ things(first: 2) { edges { node { id } } totalCount { value } } }', {}, ops);
    expect((await counted()) - before).toBe(2);
  });

  it('is live, and not ready while NATS is away', async () => {
    expect((await fetch(`${things.running.url}/health/live`)).status).toBe(200);
    const ready = await fetch(`${things.running.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'not ready', failing: ['messaging'] });
  });
});
