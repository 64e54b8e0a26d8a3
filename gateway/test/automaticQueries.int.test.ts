import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../src/config.js';
import { clientsInMemory, manifestOf, sha256 } from './fixtures/clientsInMemory.js';
import { eventually } from './fixtures/eventually.js';
import { createRedisProcess } from './fixtures/redisProcess.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let shop: Shop;

beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop?.close());

const PEOPLE = 'query People { people { id } }';
const PRODUCTS = 'query Products { products { id } }';
const NOT_FOUND = {
  errors: [{ message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
};

async function start(env: Record<string, string> = {}, directory?: ReturnType<typeof clientsInMemory>) {
  const { persisted, limits } = readConfig(env, []);
  const gateway = await startTestGateway(shop, { persisted, limits, batchLimit: 3 }, { directory });
  onTestFinished(() => gateway.stop());
  return gateway;
}

const hashed = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } });
const post = (gateway: TestGateway, body: object, headers: Record<string, string> = {}) =>
  gateway.send({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const count = async (gateway: TestGateway, result: string) =>
  Number(
    new RegExp(`automatic_persisted_queries_total{result="${result}"[^}]*} (\\d+)`).exec(
      await gateway.metrics.registry.metrics(),
    )?.[1],
  );

describe('a text that a client registers', () => {
  it('is asked for once, and known by its hash from then on', async () => {
    const gateway = await start();
    const unknown = await post(gateway, hashed(PEOPLE));
    expect([unknown.status, unknown.body]).toEqual([200, NOT_FOUND]);
    const accept = 'application/graphql-response+json';
    expect((await post(gateway, hashed(PEOPLE), { accept })).status).toBe(404);
    expect((await post(gateway, { query: PEOPLE, ...hashed(PEOPLE) })).body.data.people).toHaveLength(3);
    expect((await post(gateway, hashed(PEOPLE))).body.data.people).toHaveLength(3);
    const list = await post(gateway, [hashed(PEOPLE), hashed(PRODUCTS)]);
    expect(list.body).toEqual([{ data: { people: expect.any(Array) } }, NOT_FOUND]);
    const counts = await Promise.all(['memory', 'missed', 'registered'].map((each) => count(gateway, each)));
    expect(counts).toEqual([2, 3, 1]);
  });

  it('has to be that of its hash, and an operation', async () => {
    const gateway = await start();
    const wrong = await post(gateway, { query: PRODUCTS, ...hashed(PEOPLE) });
    expect([wrong.status, wrong.body.errors[0].extensions.code]).toEqual([400, 'PERSISTED_QUERY_HASH_MISMATCH']);
    expect((await post(gateway, hashed(PEOPLE))).body).toEqual(NOT_FOUND);
    // Known already, and yet not by this text.
    await post(gateway, { query: PEOPLE, ...hashed(PEOPLE) });
    expect((await post(gateway, { query: PRODUCTS, ...hashed(PEOPLE) })).status).toBe(400);
    for (const text of ['query Wrong { nothing }', 'no GraphQL']) {
      expect((await post(gateway, { query: text, ...hashed(text) })).body.errors).toBeDefined();
      expect((await post(gateway, hashed(text))).body).toEqual(NOT_FOUND);
    }
    expect([await count(gateway, 'mismatched'), await count(gateway, 'registered')]).toEqual([2, 1]);
  });

  it('cannot be, by configuration; who has a manifest is not told so', async () => {
    const gateway = await start({ APQ: 'false' });
    const answer = await post(gateway, hashed(PEOPLE));
    expect([answer.status, answer.body.errors[0]]).toEqual([
      200,
      { message: 'PersistedQueryNotSupported', extensions: { code: 'PERSISTED_QUERY_NOT_SUPPORTED' } },
    ]);
    expect((await post(gateway, { query: PEOPLE, ...hashed(PEOPLE) })).body.data).toBeDefined();
    expect((await post(gateway, { query: PEOPLE, ...hashed(PRODUCTS) })).status).toBe(400);
    const withManifest = await start({ APQ: 'false' }, clientsInMemory(manifestOf('site', ['ANONYMOUS'], [PRODUCTS])));
    // Else Apollo's client would never send a hash again.
    expect((await post(withManifest, hashed(PEOPLE))).body).toEqual(NOT_FOUND);
    expect((await post(withManifest, hashed(PRODUCTS))).body.data).toBeDefined();
  });
});

describe('Redis', () => {
  it('brings what another process has been told, for as long as it is to be kept', async () => {
    const redis = await createRedisProcess();
    await redis.start();
    const env = { REDIS_URL: redis.url, APQ_TTL_SECONDS: '1000' };
    const [one, other] = [await start(env), await start(env)];
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    await post(one, { query: PEOPLE, ...hashed(PEOPLE) });
    await eventually(async () => expect(await client.get(`apq:${sha256(PEOPLE)}`)).toBe(PEOPLE));
    expect(await client.ttl(`apq:${sha256(PEOPLE)}`)).toBeGreaterThan(900);
    const answers = await Promise.all([1, 2, 3].map(() => post(other, hashed(PEOPLE))));
    for (const { body } of answers) expect(body.data.people).toHaveLength(3);
    expect((await post(other, hashed(PEOPLE))).body.data.people).toHaveLength(3);
    expect(await count(other, 'store')).toBe(1);
    // What stands there under a hash is not believed.
    await client.set(`apq:${sha256(PRODUCTS)}`, PEOPLE);
    expect((await post(other, hashed(PRODUCTS))).body).toEqual(NOT_FOUND);
  });

  it('may be away: what has been seen works, the rest is asked for; and come back', async () => {
    const redis = await createRedisProcess();
    await redis.start();
    const env = { REDIS_URL: redis.url };
    const gateway = await start(env);
    await eventually(async () => {
      await post(gateway, { query: PEOPLE, ...hashed(PEOPLE) });
      expect((await post(gateway, hashed(PEOPLE))).body.data).toBeDefined();
    });
    await redis.kill();
    expect((await post(gateway, hashed(PEOPLE))).body.data).toBeDefined();
    expect((await post(gateway, { query: '{ people { name } }' })).body.data).toBeDefined();
    expect((await post(gateway, hashed(PRODUCTS))).body).toEqual(NOT_FOUND);
    expect((await post(gateway, { query: PRODUCTS, ...hashed(PRODUCTS) })).body.data).toBeDefined();
    expect((await post(gateway, hashed(PRODUCTS))).body.data).toBeDefined();
    await redis.start();
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    let more = 0;
    await eventually(async () => {
      more += 1;
      const fresh = `{ people { name } } ${' '.repeat(more)}`;
      await post(gateway, { query: fresh, ...hashed(fresh) });
      expect(await client.keys('apq:*')).not.toEqual([]);
    });
  });

  it('is not there where no one needs it, and nothing is refused for that', async () => {
    const gateway = await start({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await post(gateway, hashed(PEOPLE))).body).toEqual(NOT_FOUND);
    await post(gateway, { query: PEOPLE, ...hashed(PEOPLE) });
    expect((await post(gateway, hashed(PEOPLE))).body.data).toBeDefined();
  });
});
