import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;
let gateway: TestGateway;
let without: TestGateway;

beforeAll(async () => {
  shop = await startShop();
  gateway = await startTestGateway(shop, { batchLimit: 3, shareRequests: false, shareFetches: false });
  without = await startTestGateway(shop);
});
afterAll(async () => {
  await gateway?.stop();
  await without?.stop();
  await shop?.close();
});
beforeEach(() => {
  shop.seen.length = 0;
});

const post = (list: unknown, headers: Record<string, string> = {}, to = gateway) =>
  to.send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(list),
  });
const people = { query: '{ people { id } }' };

describe('a list of operations', () => {
  it('is refused unless it has been allowed', async () => {
    for (const list of [[people], []]) {
      const { status, body } = await post(list, {}, without);
      expect([status, body.errors[0].extensions.code]).toEqual([400, 'BATCHING_NOT_SUPPORTED']);
    }
    expect(shop.seen).toEqual([]);
  });

  it('is answered by a list in its order', async () => {
    const { status, headers, body } = await post([
      { query: 'query Q($n: Int) { products(first: $n) { title } }', variables: { n: 1 } },
      { query: 'query A { people { id } } query B { review(id: "r2") { text } }', operationName: 'B' },
      people,
    ]);
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body).toEqual([
      { data: { products: [{ title: 'Table' }] } },
      { data: { review: { text: 'Too high' } } },
      { data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] } },
    ]);
  });

  it('of one operation is answered by a list of one', async () => {
    expect((await post([people])).body).toHaveLength(1);
  });

  it('answers each by itself: one that is refused or fails leaves the others alone', async () => {
    const { status, body } = await post([
      { query: '{ people { wings } }' },
      people,
      { query: 'query Q($id: ID!) { person(id: $id) { id } }' },
    ]);
    expect(status).toBe(200);
    expect(body).toEqual([
      { errors: [expect.objectContaining({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })] },
      { data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] } },
      { errors: [expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })] },
    ]);
    const partial = await post([{ query: '{ failing(how: CODED) }' }, people]);
    expect(partial.body[0]).toMatchObject({ data: { failing: null }, errors: [{ path: ['failing'] }] });
    expect(partial.body[1].errors).toBeUndefined();
  });

  it('has a limit, checked before anything is executed', async () => {
    expect((await post([people, people, people])).status).toBe(200);
    shop.seen.length = 0;
    const { status, body } = await post([people, people, people, people]);
    expect([status, body.errors[0].extensions.code]).toEqual([400, 'BATCH_TOO_LARGE']);
    expect(body.errors[0].message).toContain('at most 3');
    expect(shop.seen).toEqual([]);
  });

  it('has to hold operations', async () => {
    for (const list of [[], [people, 5], [people, null], [[people]], [people, {}], [people, { query: 1 }]]) {
      const { status, body } = await post(list);
      expect([list, status, body.errors[0].extensions.code]).toEqual([list, 400, 'BAD_REQUEST']);
    }
    expect(shop.seen).toEqual([]);
  });

  it('comes whole, whatever the client accepts', async () => {
    const deferred = { query: '{ person(id: "p1") { id ... @defer { summary } } }' };
    const { headers, body } = await post([deferred, people], {
      accept: 'multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9',
    });
    expect(headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(body[0]).toEqual({ data: { person: { id: 'p1', summary: 'p1 is 168 cm' } } });
  });

  it('is counted with the codes of all its errors', async () => {
    const count = async () => {
      const { body } = await gateway.get('/metrics');
      return Number(/graphql_errors_total\{code="CAT_HUNGRY",service="gateway"\} (\d+)/.exec(body)?.[1] ?? 0);
    };
    const before = await count();
    await post([{ query: '{ a: failing(how: CODED) }' }, people, { query: '{ b: failing(how: CODED) }' }]);
    expect(await count()).toBe(before + 2);
  });

  it('may hold mutations, each with what it changed', async () => {
    const rename = (id: string) => ({ query: `mutation { rename(id: "${id}", name: "x") { id } }` });
    const { body } = await post([rename('p1'), people, rename('p2')]);
    expect(
      body.map(({ extensions }: { extensions?: { changed: { key: string }[] } }) => extensions?.changed[0]?.key),
    ).toEqual(['p1', undefined, 'p2']);
  });

  it('leaves single operations as they are', async () => {
    expect((await post(people)).body).toEqual({ data: { people: [{ id: 'p1' }, { id: 'p2' }, { id: 'p3' }] } });
  });
});
