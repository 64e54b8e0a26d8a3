import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type GatewayConfig, readConfig } from '../src/config.js';
import { eventually } from './fixtures/eventually.js';
import { openSocket } from './fixtures/openSocket.js';
import { createRedisProcess } from './fixtures/redisProcess.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTestGateway } from './fixtures/startTestGateway.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let issuer: TokenIssuer;

beforeAll(async () => {
  shop = await startShop();
  issuer = await startTokenIssuer();
});
afterAll(() => shop?.close());

const one = '{ __typename }';
const ten = '{ people { id } }';

async function start(limits: Partial<GatewayConfig['limits']>) {
  const base = readConfig({}, []).limits;
  const gateway = await startTestGateway(shop, {
    clientTokens: issuer.clientTokens,
    limits: { ...base, ...limits },
  });
  onTestFinished(() => gateway.stop());
  return gateway;
}

const identity = { '*': { points: 30, seconds: 60 } };

describe('points', () => {
  it('are spent by what operations cost, and what is left is told', async () => {
    const gateway = await start({ rates: { identity } });
    const authorization = await issuer.bearer();
    const first = await gateway.query(ten, undefined, { authorization });
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'ratelimit-policy': '"identity";q=30;w=60',
      ratelimit: '"identity";r=20;t=60',
      'ratelimit-limit': '30',
      'ratelimit-remaining': '20',
      'ratelimit-reset': '60',
    });
    const second = await gateway.query(one, undefined, { authorization });
    expect(second.headers.get('ratelimit-remaining')).toBe('19');
    await gateway.query(ten, undefined, { authorization });
    shop.seen.length = 0;
    const refused = await gateway.query(ten, undefined, { authorization });
    expect([refused.status, refused.body.errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
    expect(refused.body.errors[0].message).toMatch(/^This identity has spent its points. Wait \d+ s/);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(shop.seen).toEqual([]);
  });

  it('are spent by the address for credentials that are refused, whatever they come by', async () => {
    const gateway = await start({ rates: { address: { points: 3, seconds: 60 } } });
    const headers = { authorization: 'Bearer forged', 'content-type': 'application/json' };
    const post = async (accept: string) =>
      (await gateway.send({ method: 'POST', headers: { ...headers, accept }, body: JSON.stringify({ query: one }) }))
        .status;
    expect(await post('application/json')).toBe(401);
    expect(await post('text/event-stream')).toBe(401);
    expect((await gateway.get('/partner/v1/things', headers)).status).toBe(401);
    expect(await post('application/json')).toBe(429);
    expect(await post('text/event-stream')).toBe(429);
    expect((await gateway.get('/partner/v1/things', headers)).status).toBe(429);
    const socket = await openSocket(`${gateway.url.replace('http', 'ws')}/graphql`);
    socket.send({ type: 'connection_init', payload: { authorization: 'Bearer forged' } });
    expect((await socket.closed).code).toBe(1013);
  });

  it('are each identity’s own, whatever its tokens; who is anonymous has none', async () => {
    const gateway = await start({
      rates: { identity: { '*': { points: 1, seconds: 60 }, RICH: { points: 5, seconds: 60 } } },
    });
    const as = async (sub: string, kind = 'VISITOR') =>
      (await gateway.query(one, undefined, { authorization: await issuer.bearer({ sub, kind }) })).status;
    expect([await as('a'), await as('a'), await as('b'), await as('a', 'RICH'), await as('a', 'RICH')]).toEqual([
      200, 429, 200, 200, 200,
    ]);
    expect([(await gateway.query(one)).status, (await gateway.query(one)).status]).toEqual([200, 200]);
  });

  it('come back with the next window', async () => {
    const gateway = await start({ rates: { address: { points: 1, seconds: 1 } } });
    expect((await gateway.query(one)).status).toBe(200);
    expect((await gateway.query(one)).status).toBe(429);
    await eventually(async () => expect((await gateway.query(one)).status).toBe(200));
  });

  it('of an address are spent by whoever comes from it, and the header of a client changes nothing', async () => {
    const gateway = await start({ rates: { address: { points: 2, seconds: 60 } } });
    const ask = async (headers: Record<string, string>) => (await gateway.query(one, undefined, headers)).status;
    expect(await ask({})).toBe(200);
    expect(await ask({ authorization: await issuer.bearer(), 'x-forwarded-for': '1.1.1.1' })).toBe(200);
    expect(await ask({ authorization: await issuer.bearer({ sub: 'other' }), 'x-forwarded-for': '2.2.2.2' })).toBe(429);
  });

  it('of an address behind a proxy of our own are those of the address that it has seen', async () => {
    const gateway = await start({ rates: { address: { points: 1, seconds: 60 } }, trustedProxies: 1 });
    const ask = async (from: string) => (await gateway.query(one, undefined, { 'x-forwarded-for': from })).status;
    expect([await ask('1.1.1.1'), await ask('9.9.9.9, 1.1.1.1'), await ask('2.2.2.2')]).toEqual([200, 429, 200]);
  });

  it('are never enough for an operation that costs more than all of them, which says so', async () => {
    const gateway = await start({ rates: { address: { points: 9, seconds: 60 } } });
    const { status, body } = await gateway.query(ten);
    expect(status).toBe(429);
    expect(body.errors[0].message).toBe(
      'The operation costs 10 points; this address has 9 in 60 s. Split it into several.',
    );
  });

  it('are spent by what is refused as well, be it no operation at all', async () => {
    const gateway = await start({ rates: { address: { points: 2, seconds: 60 } } });
    const codes: unknown[] = [];
    for (const query of ['{ wings }', '{', '{ wings }'])
      codes.push((await gateway.query(query)).body.errors[0].extensions.code);
    expect(codes).toEqual(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'RATE_LIMITED']);
  });

  it('are spent by what is refused over WebSockets and as event streams as well', async () => {
    const gateway = await start({ rates: { address: { points: 3, seconds: 60 } } });
    const { socket, subscribe, get } = await openSocket(`${gateway.url.replace('http', 'ws')}/graphql`, { init: {} });
    subscribe('1', '{ wings }');
    expect((await get('error', '1')).payload[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const streamed = await gateway.query('{ wings }', undefined, { accept: 'text/event-stream' });
    expect(streamed.body).toContain('GRAPHQL_VALIDATION_FAILED');
    expect((await gateway.query(one)).headers.get('ratelimit-remaining')).toBe('0');
    subscribe('2', one);
    expect((await get('error', '2')).payload[0].extensions.code).toBe('RATE_LIMITED');
    socket.close();
  });

  it('are spent over WebSockets as well', async () => {
    const gateway = await start({ rates: { address: { points: 2, seconds: 60 } } });
    const { socket, subscribe, get } = await openSocket(`${gateway.url.replace('http', 'ws')}/graphql`, { init: {} });
    subscribe('1', one);
    subscribe('2', one);
    expect((await get('next', '1')).payload.data).toBeTruthy();
    expect((await get('next', '2')).payload.data).toBeTruthy();
    subscribe('3', one);
    expect((await get('error', '3')).payload[0].extensions.code).toBe('RATE_LIMITED');
    socket.close();
  });

  it('are spent by event streams as well, whose refusal is an HTTP status', async () => {
    const gateway = await start({ rates: { address: { points: 1, seconds: 60 } } });
    const stream = () => gateway.query(one, undefined, { accept: 'text/event-stream' });
    expect((await stream()).status).toBe(200);
    const refused = await stream();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
  });
});

describe('with Redis', () => {
  it('points are those of all processes together; while it is away each counts for itself, and then it goes on', async () => {
    const redis = await createRedisProcess();
    await redis.start();
    const limits = { rates: { address: { points: 1_000_000, seconds: 600 } }, redisUrl: redis.url };
    const a = await start(limits);
    const b = await start(limits);
    const left = async (gateway: typeof a) => Number((await gateway.query(one)).headers.get('ratelimit-remaining'));
    const together = async () => {
      const first = await left(a);
      expect([await left(b), await left(a), await left(b)]).toEqual([first - 1, first - 2, first - 3]);
    };
    // Until its connection is there a process counts in memory.
    await eventually(together);

    await redis.kill();
    const strict = await start({ ...limits, rates: { address: { points: 2, seconds: 600 } } });
    const statuses: number[] = [];
    for (let request = 0; request < 3; request += 1) statuses.push((await strict.query(one)).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect((await a.query(ten)).body.data.people).toHaveLength(3);

    await redis.start();
    await eventually(together);
  });
});
