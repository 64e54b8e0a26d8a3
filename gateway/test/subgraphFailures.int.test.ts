import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gateway: TestGateway;

beforeAll(async () => {
  shop = await startShop();
  gateway = await startTestGateway(shop, { subgraphTimeoutMs: 300 });
});
afterAll(async () => {
  await gateway?.stop();
  await shop?.close();
});
beforeEach(() => {
  shop.seen.length = 0;
});
afterEach(() => shop.answerWith('reviews', undefined));

describe('an error of a subgraph', () => {
  it('keeps its code, message, path and facts, without a stack trace', async () => {
    const { status, body } = await gateway.query('{ asked failing(how: CODED) }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ asked: expect.any(String), failing: null });
    expect(body.errors).toEqual([
      {
        message: 'Feed the cat first.',
        path: ['failing'],
        extensions: { code: 'CAT_HUNGRY', field: 'cat', serviceName: 'people' },
      },
    ]);
  });

  it('without a code gets one', async () => {
    const { body } = await gateway.query('{ failing(how: PLAIN) }');
    expect(body.errors).toMatchObject([
      { path: ['failing'], extensions: { code: 'DOWNSTREAM_SERVICE_ERROR', serviceName: 'people' } },
    ]);
  });

  it('on an entity of a list has its place in the whole response', async () => {
    const { body } = await gateway.query('{ people { name neverGiven } }');
    expect(body.data).toBeNull();
    expect(body.errors.map(({ path }: { path: unknown }) => path)).toEqual([
      ['people', 0, 'neverGiven'],
      ['people', 1, 'neverGiven'],
      ['people', 2, 'neverGiven'],
    ]);
  });
});

describe('a subgraph that answers with something else', () => {
  const query = '{ person(id: "p1") { name reviews { id } } }';
  const cases: Record<string, [code: string, answer: { status: number; type?: string; body: string }]> = {
    'a proxy’s error page': [
      'SUBGRAPH_UNAVAILABLE',
      { status: 502, type: 'text/html', body: '<h1>Bad gateway 10.0.0.7</h1>' },
    ],
    'a refusal of the token': [
      'SUBGRAPH_REFUSED',
      { status: 401, body: '{"errors":[{"message":"10.0.0.7","extensions":{"code":"UNAUTHENTICATED"}}]}' },
    ],
    'a page': ['SUBGRAPH_INVALID_RESPONSE', { status: 200, type: 'text/html', body: '<p>10.0.0.7</p>' }],
    'broken JSON': ['SUBGRAPH_INVALID_RESPONSE', { status: 200, body: '{"data": ' }],
    'JSON that is no GraphQL': ['SUBGRAPH_INVALID_RESPONSE', { status: 200, body: '{"ok": true}' }],
    'a list': ['SUBGRAPH_INVALID_RESPONSE', { status: 200, body: '[]' }],
    nothing: ['SUBGRAPH_INVALID_RESPONSE', { status: 200, body: '' }],
  };
  for (const [what, [code, answer]] of Object.entries(cases)) {
    it(`${what}: ${code} at the place, without addresses`, async () => {
      shop.answerWith('reviews', answer);
      const { status, body } = await gateway.query(query);
      expect(status).toBe(200);
      expect(body.errors).toEqual([
        {
          message: expect.stringMatching(/^The subgraph "reviews" .{20,}/),
          path: ['person', 'reviews'],
          extensions: { code, serviceName: 'reviews' },
        },
      ]);
      expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|10\.0\.0\.7|localhost/);
    });
  }

  it('an error in a GraphQL body counts more than the status it came with', async () => {
    shop.answerWith('reviews', {
      status: 500,
      body: '{"errors":[{"message":"Feed the dog.","extensions":{"code":"DOG_HUNGRY"}}]}',
    });
    const { body } = await gateway.query(query);
    expect(body.errors).toMatchObject([{ message: 'Feed the dog.', extensions: { code: 'DOG_HUNGRY' } }]);
  });

  it('a value left out of a non-null field is an error, not an answer', async () => {
    shop.answerWith('reviews', { status: 200, body: '{"data":{"_entities":[null]}}' });
    const { body } = await gateway.query(query);
    expect(body.data).toEqual({ person: null });
    expect(body.errors).toMatchObject([
      { path: ['person', 'reviews'], extensions: { code: 'NULL_IN_NON_NULL_FIELD' } },
    ]);
  });
});

it('a subgraph that does not answer in time costs its own fields only', async () => {
  const release = shop.hold();
  try {
    const { status, body } = await gateway.query('{ slow products(first: 1) { id } }');
    expect(status).toBe(200);
    expect(body.data).toEqual({ slow: null, products: [{ id: 't1' }] });
    expect(body.errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_TIMEOUT', serviceName: 'people' } }]);
  } finally {
    release();
  }
});

it('gives up the requests of a query whose client has gone, and finishes a mutation', async () => {
  const patient = await startTestGateway(shop, { subgraphTimeoutMs: 10_000 });
  const release = shop.hold();
  try {
    for (const query of ['{ slow }', 'mutation { slowRename(id: "p1", name: "x") { name } }']) {
      const client = new AbortController();
      const gone = expect(
        patient.send({
          method: 'POST',
          signal: client.signal,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        }),
      ).rejects.toThrow();
      await vi.waitFor(() => expect(shop.seen.at(-1)?.body.query).toContain(query.slice(2, 6)));
      client.abort();
      await gone;
    }
    await vi.waitFor(() => expect(shop.seen[0]?.aborted).toBe(true));
    release();
    await vi.waitFor(() => expect(shop.seen[1]?.answered).toBe(true));
    expect(shop.seen[1]?.aborted).toBe(false);
    const { body } = await patient.get('/metrics');
    expect(body).toMatch(/graphql_requests_in_flight\{service="gateway"\} 0/);
    expect(body).toMatch(/graphql_request_duration_seconds_count\{.*operation="mutation",outcome="gone".*\} 1/);
  } finally {
    release();
    await patient.stop();
  }
});

describe('a subgraph that is away', () => {
  it('costs its own fields only, is said by readiness without failing it, and is used again when it is back', async () => {
    await shop.stop('reviews');
    const { status, body } = await gateway.query('{ products { id reviews { id } } people { name } }');
    expect(status).toBe(200);
    expect(body.errors).toEqual(
      [0, 1, 2].map((index) => ({
        message: 'The subgraph "reviews" cannot be reached at the moment. Send the request again in a few seconds.',
        path: ['products', index, 'reviews'],
        extensions: { code: 'SUBGRAPH_UNAVAILABLE', serviceName: 'reviews' },
      })),
    );
    const ready = await gateway.get('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.body.subgraphs).toEqual({ people: 'reachable', reviews: 'unreachable', products: 'reachable' });
    expect(await gateway.query('{ people { name } }')).toMatchObject({
      status: 200,
      body: { data: { people: expect.any(Array) } },
    });

    await shop.start('reviews');
    expect((await gateway.query('{ products { id reviews { id } } }')).body.errors).toBeUndefined();
  });

  it('and came back between two queries is not noticed, although the kept connections are gone', async () => {
    const query = () => gateway.query('{ review(id: "r1") { text } }');
    expect((await query()).body).toEqual({ data: { review: { text: 'Steady' } } });
    await shop.stop('reviews');
    await shop.start('reviews');
    expect((await query()).body).toEqual({ data: { review: { text: 'Steady' } } });
  });
});
