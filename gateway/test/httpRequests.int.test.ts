import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { type Answer, startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gateway: TestGateway;

beforeAll(async () => {
  shop = await startShop();
  gateway = await startTestGateway(shop);
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
});
beforeEach(() => {
  shop.seen.length = 0;
});

const json = { 'content-type': 'application/json' };
const modern = 'application/graphql-response+json';
const post = (body: string, headers: Record<string, string> = json) => gateway.send({ method: 'POST', headers, body });
const codes = ({ body }: Answer) => body.errors.map((error: { extensions: { code: string } }) => error.extensions.code);
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const search = (params: Record<string, string>) => `?${new URLSearchParams(params)}`;

describe('requests that are no GraphQL are refused with a code and a sentence, and reach no subgraph', () => {
  const cases: Record<string, [status: number, code: string, () => Promise<Answer>]> = {
    'a body that is not JSON': [400, 'BAD_REQUEST', () => post('{"query": ')],
    'an empty body': [400, 'BAD_REQUEST', () => post('')],
    'a JSON text that is no object': [400, 'BAD_REQUEST', () => post('"{ people { id } }"')],
    'no query': [400, 'BAD_REQUEST', () => post('{}')],
    'an empty query': [400, 'BAD_REQUEST', () => post('{"query": "  "}')],
    'a query that is no string': [400, 'BAD_REQUEST', () => post('{"query": 5}')],
    'variables that are no object': [
      400,
      'BAD_REQUEST',
      () => post('{"query": "{ people { id } }", "variables": [1]}'),
    ],
    'an operation name that is no string': [
      400,
      'BAD_REQUEST',
      () => post('{"query": "{ people { id } }", "operationName": {}}'),
    ],
    'extensions that are no object': [
      400,
      'BAD_REQUEST',
      () => post('{"query": "{ people { id } }", "extensions": "x"}'),
    ],
    'a prototype in disguise': [
      400,
      'BAD_REQUEST',
      () => post('{"query": "{ people { id } }", "variables": {"__proto__": {}}}'),
    ],
    'a list of operations': [400, 'BATCHING_NOT_SUPPORTED', () => post('[{"query": "{ people { id } }"}]')],
    'a body of 10 MB': [413, 'PAYLOAD_TOO_LARGE', () => post(JSON.stringify({ query: 'x'.repeat(10 * 1024 * 1024) }))],
    'variables nested 20,000 deep': [
      400,
      'BODY_TOO_DEEP',
      () => post(`{"query":"{ people { id } }","variables":${nested(20_000)}}`),
    ],
    'extensions nested 20,000 deep': [
      400,
      'BODY_TOO_DEEP',
      () => post(`{"query":"{ people { id } }","extensions":${nested(20_000)}}`),
    ],
    'a form': [
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => post('query={people{id}}', { 'content-type': 'application/x-www-form-urlencoded' }),
    ],
    'plain text': [
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => post('{"query":"{ people { id } }"}', { 'content-type': 'text/plain' }),
    ],
    'a hash alone': [
      200,
      'PERSISTED_QUERY_NOT_FOUND',
      () => post('{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ab"}}}'),
    ],
    'an Accept header that asks for a picture': [
      406,
      'NOT_ACCEPTABLE',
      () => gateway.query('{ people { id } }', {}, { accept: 'image/png' }),
    ],
    'another method': [405, 'METHOD_NOT_ALLOWED', () => gateway.send({ method: 'DELETE' })],
    'another path': [404, 'NOT_FOUND', () => gateway.get('/graphq')],
  };
  for (const [what, [status, code, send]] of Object.entries(cases)) {
    it(what, async () => {
      const answer = await send();
      expect([answer.status, codes(answer)]).toEqual([status, [code]]);
      expect(answer.body.errors[0].message.length).toBeGreaterThan(20);
      expect(shop.seen).toEqual([]);
    });
  }
});

describe('operations that cannot be executed', () => {
  const deep = (levels: number) => `{ person(id: "p1") { ${'friends { '.repeat(levels)} id ${'} '.repeat(levels)} } }`;
  const bomb = `query { people { ...F0 } } ${Array.from({ length: 20 }, (_, i) => `fragment F${i} on Person { a: friends { ...F${i + 1} } b: friends { ...F${i + 1} } }`).join(' ')} fragment F20 on Person { id }`;
  /** Status under application/graphql-response+json, status under application/json, code, operation. */
  const cases: Record<string, [number, number, string, string, Record<string, unknown>?]> = {
    'a syntax error': [400, 200, 'GRAPHQL_PARSE_FAILED', '{ people { id }'],
    'an unknown field': [400, 200, 'GRAPHQL_VALIDATION_FAILED', '{ people { wings } }'],
    'fragments that contain themselves': [
      400,
      200,
      'GRAPHQL_VALIDATION_FAILED',
      '{ people { ...A } } fragment A on Person { friends { ...A } }',
    ],
    'an operation 1,000 levels deep': [400, 400, 'OPERATION_TOO_DEEP', deep(1_000)],
    'an operation 100 levels deep': [400, 400, 'OPERATION_TOO_DEEP', deep(100)],
    'brackets without end': [400, 400, 'OPERATION_TOO_DEEP', `{ a(b: ${'['.repeat(5_000)}`],
    'more tokens than allowed': [400, 400, 'OPERATION_TOO_LARGE', `{ ${'people { id } '.repeat(5_000)} }`],
    'a few fragments that grow to billions of fields': [400, 400, 'OPERATION_TOO_LARGE', bomb],
    'a subscription': [400, 200, 'OPERATION_NOT_SUPPORTED', 'subscription { people { id } }'],
    'several operations and no name': [
      400,
      200,
      'OPERATION_RESOLUTION_FAILURE',
      'query A { people { id } } query B { people { id } }',
    ],
    'definitions only': [400, 200, 'GRAPHQL_VALIDATION_FAILED', 'fragment A on Person { id }'],
    'a variable of the wrong type': [
      400,
      200,
      'BAD_USER_INPUT',
      'query Q($n: Int) { products(first: $n) { id } }',
      { n: 'two' },
    ],
    'a missing variable': [400, 200, 'BAD_USER_INPUT', 'query Q($id: ID!) { person(id: $id) { id } }'],
  };
  for (const [what, [status, legacyStatus, code, query, variables]] of Object.entries(cases)) {
    it(what, async () => {
      const legacy = await gateway.query(query, variables);
      expect([legacy.status, codes(legacy)[0]]).toEqual([legacyStatus, code]);
      const answer = await gateway.query(query, variables, { accept: modern });
      expect([answer.status, codes(answer)[0]]).toEqual([status, code]);
      expect(answer.body.data).toBeUndefined();
      expect(shop.seen).toEqual([]);
    });
  }

  it('says where in the operation a fault is, and of an unknown name which ones there are', async () => {
    const { body } = await gateway.query('{ people { id wings } }');
    expect(body.errors[0]).toMatchObject({
      message: expect.stringContaining('wings'),
      locations: [{ line: 1, column: 15 }],
    });
    const named = await post(
      JSON.stringify({ query: 'query A { people { id } } query B { products { id } }', operationName: 'C' }),
    );
    expect(named.body.errors[0].message).toBe('The document has no operation named "C". It has: A, B.');
  });

  it('executes the operation that is named', async () => {
    const query = 'query A { people { id } } query B { products(first: 1) { id } }';
    const { body } = await post(JSON.stringify({ query, operationName: 'B' }));
    expect(body).toEqual({ data: { products: [{ id: 't1' }] } });
  });
});

describe('the media type of the response', () => {
  const cases: [accept: string | undefined, type: string][] = [
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['text/html, application/json;q=0.5', 'application/json'],
    [modern, modern],
    [`${modern}, application/json;q=0.9`, modern],
    [`application/json;q=0.4, ${modern};q=0.8, multipart/mixed`, modern],
  ];
  for (const [accept, type] of cases) {
    it(`${accept} → ${type}`, async () => {
      const { status, headers } = await gateway.query('{ people { id } }', {}, accept === undefined ? {} : { accept });
      expect([status, headers.get('content-type')]).toEqual([200, `${type}; charset=utf-8`]);
    });
  }
});

describe('GET', () => {
  const preflighted = { 'graphql-require-preflight': 'true' };

  it('answers a query with variables', async () => {
    const params = {
      query: 'query Q($n: Int) { products(first: $n) { id } }',
      variables: '{"n": 1}',
      operationName: 'Q',
    };
    const { status, body } = await gateway.get(`/graphql${search(params)}`, preflighted);
    expect([status, body]).toEqual([200, { data: { products: [{ id: 't1' }] } }]);
  });

  it('is refused when a foreign page could have caused it', async () => {
    for (const [name, value] of [
      ['accept', '*/*'],
      ['content-type', 'text/plain'],
      ['content-type', 'multipart/form-data; boundary=x'],
    ]) {
      const answer = await gateway.get(`/graphql${search({ query: '{ people { id } }' })}`, {
        [String(name)]: String(value),
      });
      expect([answer.status, codes(answer)]).toEqual([400, ['CSRF_PREVENTED']]);
    }
    expect(shop.seen).toEqual([]);
    for (const [name, value] of [
      ['content-type', 'application/json'],
      ['apollo-require-preflight', '1'],
    ]) {
      const answer = await gateway.get(`/graphql${search({ query: '{ people { id } }' })}`, {
        [String(name)]: String(value),
      });
      expect(answer.status).toBe(200);
    }
  });

  it('changes nothing: mutations are refused', async () => {
    const answer = await gateway.get(
      `/graphql${search({ query: 'mutation { rename(id: "p1", name: "x") { id } }' })}`,
      preflighted,
    );
    expect([answer.status, codes(answer), answer.headers.get('allow')]).toEqual([405, ['METHOD_NOT_ALLOWED'], 'POST']);
    expect(shop.seen).toEqual([]);
  });

  it('refuses variables that are not JSON', async () => {
    const answer = await gateway.get(`/graphql${search({ query: '{ people { id } }', variables: '{' })}`, preflighted);
    expect([answer.status, codes(answer)]).toEqual([400, ['BAD_REQUEST']]);
  });

  it('answers HEAD as GET, without the body', async () => {
    const params = search({ query: '{ people { id } }' });
    const got = await gateway.send({ method: 'GET', headers: preflighted }, params);
    const head = await gateway.send({ method: 'HEAD', headers: preflighted }, params);
    expect([head.status, head.body]).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'cache-control'])
      expect(head.headers.get(name)).toBe(got.headers.get(name));
  });

  it('says on OPTIONS which methods there are, and executes nothing', async () => {
    const answer = await gateway.send({ method: 'OPTIONS' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect(shop.seen).toEqual([]);
  });
});

it('carries security headers on whatever it answers', async () => {
  for (const answer of [await gateway.query('{ people { id } }'), await post('{'), await gateway.get('/nothing')]) {
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'x-request-id': expect.any(String),
    });
  }
});

it('counts requests, errors by code and what is in flight', async () => {
  await gateway.query('{ people { wings } }');
  const { body } = await gateway.get('/metrics');
  expect(body).toMatch(/graphql_errors_total\{code="GRAPHQL_VALIDATION_FAILED",service="gateway"\} [1-9]/);
  expect(body).toMatch(/graphql_request_duration_seconds_count\{.*operation="query",outcome="ok".*\} [1-9]/);
  expect(body).toMatch(/graphql_requests_in_flight\{service="gateway"\} 0/);
  expect(body).toMatch(/supergraph_loads_total\{result="loaded",service="gateway"\} 1/);
});
