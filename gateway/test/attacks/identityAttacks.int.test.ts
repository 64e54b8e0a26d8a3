import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config.js';
import { OPEN_ACCESS } from '../../src/rights/rights.js';
import { openSocket } from '../fixtures/openSocket.js';
import { type ComposedGraph, startComposed } from '../fixtures/startComposed.js';
import { costOf } from './costOf.js';
import { requestAttacks } from './requestAttacks.js';
import { AUDIENCE, goodToken, ISSUER, type IssuerKeys, makeIssuerKeys, tokenAttacks } from './tokenAttacks.js';

const sdl = `
  type Query { n: Int node: Node }
  type Mutation { guess(pin: Int): Boolean }
  type Node { n: Int node: Node }
`;

let keys: IssuerKeys;
let graph: ComposedGraph;
beforeAll(async () => {
  keys = await makeIssuerKeys();
  const set = { keys: [keys.EdDSA.publicJwk, keys.RS256.publicJwk] };
  graph = await startComposed(
    { nodes: { sdl, resolvers: { Query: { n: () => 1 } } } },
    {
      clientTokens: { keys: set, issuer: ISSUER, audience: AUDIENCE } as unknown as NonNullable<
        GatewayConfig['clientTokens']
      >,
      access: { ...OPEN_ACCESS, introspectionScope: 'introspection:read' },
    },
  );
});
afterAll(() => graph?.stop());

interface Sent {
  readonly method?: string;
  readonly search?: string;
  readonly body?: string;
  /** Names and values in turn, so that a name may come twice. */
  readonly headers: readonly string[];
}

/** As `fetch`, which would join headers that come twice. */
function send({ method = 'POST', search = '', headers, body }: Sent) {
  // biome-ignore lint/suspicious/noExplicitAny: a test states what it expects of the body
  return new Promise<{ status: number | undefined; body: any; challenge: string | undefined }>((resolve, reject) => {
    const { host, port } = new URL(graph.gateway.url);
    const all = [
      'host',
      host,
      ...headers,
      ...(body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]),
    ];
    const sent = request(
      { port, host: '127.0.0.1', method, path: `/graphql${search}`, headers: all },
      async (response) => {
        const { statusCode: status, headers: answered } = response;
        const body = await json(response).catch(() => undefined);
        resolve({ status, body, challenge: answered['www-authenticate'] });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
const withToken = (authorization: string | readonly string[], body = JSON.stringify({ query: '{ n }' })): Sent => ({
  headers: ['content-type', 'application/json', ...[authorization].flat().flatMap((each) => ['authorization', each])],
  body,
});

it('a good token is believed', async () => {
  expect(await send(withToken(`Bearer ${await goodToken(keys)}`))).toMatchObject({
    status: 200,
    body: { data: { n: 1 } },
  });
  graph.seen.length = 0;
});

describe('a token', () => {
  for (const [what, forge] of Object.entries(tokenAttacks)) {
    it(`${what} is refused, and no subgraph hears of it`, async () => {
      const { status, body, challenge } = await send(withToken(await forge(keys)));
      expect([status, body?.errors[0].extensions.code, challenge?.split(' ')[0]]).toEqual([
        401,
        'UNAUTHENTICATED',
        'Bearer',
      ]);
      expect(body.errors[0].message).toMatch(/^\S.*[^ ]$/);
      expect(graph.seen).toEqual([]);
    });

    it(`${what} costs under 50 ms and 10 MB`, async () => {
      const forged = withToken(await forge(keys));
      const { milliseconds, megabytes } = await costOf(() => send(forged));
      expect(milliseconds).toBeLessThan(50);
      expect(megabytes).toBeLessThan(10);
    });
  }

  it('of 100 kB is not even read', async () => {
    // The connection may be closed while the rest is still being sent.
    const refused = (kilobytes: number) =>
      send(withToken(`Bearer ${'e'.repeat(kilobytes * 1_000)}`)).catch(() => ({ status: 431 }));
    expect(await send(withToken(`Bearer ${'e'.repeat(20_000)}`))).toMatchObject({ status: 431 });
    expect(await refused(100)).toMatchObject({ status: 431 });
    const { milliseconds, megabytes } = await costOf(() => refused(100));
    expect(milliseconds).toBeLessThan(50);
    expect(megabytes).toBeLessThan(10);
    expect(graph.seen).toEqual([]);
  });

  it('of 100 kB in connection_init ends the connection', async () => {
    const { send: say, closed } = await openSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`);
    say({ type: 'connection_init', payload: { authorization: `Bearer ${'e'.repeat(100_000)}` } });
    expect((await closed).code).toBe(4403);
  });

  it.each(Object.entries(tokenAttacks))('%s is refused in connection_init as well', async (_, forge) => {
    const forged = await forge(keys);
    if (typeof forged !== 'string') return;
    const { send: say, closed } = await openSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`);
    say({ type: 'connection_init', payload: { authorization: forged } });
    expect((await closed).code).toBe(4403);
    expect(graph.seen).toEqual([]);
  });
});

describe('a request by', () => {
  for (const [what, { code, method = 'GET', headers = {}, body, search }] of Object.entries(requestAttacks)) {
    const sent: Sent = {
      method,
      headers: Object.entries(headers).flat(),
      ...(body !== undefined && { body }),
      ...(search && { search }),
    };
    it(`${what} is refused: ${code}`, async () => {
      const answer = await send(sent);
      expect(answer.body?.errors[0].extensions.code).toBe(code);
      expect(graph.seen).toEqual([]);
    });

    it(`${what} costs under 50 ms and 10 MB`, async () => {
      const { milliseconds, megabytes } = await costOf(() => send(sent));
      expect(milliseconds).toBeLessThan(50);
      expect(megabytes).toBeLessThan(10);
    });
  }

  const asking = Object.entries(requestAttacks).filter(
    ([, { code, body }]) => code === 'INTROSPECTION_REFUSED' && body,
  );
  it.each(asking)('%s is refused over a WebSocket and as an event stream', async (_, { body }) => {
    const {
      socket,
      send: say,
      get,
    } = await openSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`, { init: {} });
    say(`{"type":"subscribe","id":"1","payload":${body}}`);
    expect((await get('error', '1')).payload[0].extensions.code).toBe('INTROSPECTION_REFUSED');
    socket.close();
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const stream = await graph.gateway.send({ method: 'POST', headers, body: body ?? null });
    expect(stream.body).toContain('"code":"INTROSPECTION_REFUSED"');
    expect(graph.seen).toEqual([]);
  });

  it('asking for the schema with the scope is answered', async () => {
    const good = withToken(
      `Bearer ${await goodToken(keys, { scope: 'introspection:read' })}`,
      JSON.stringify({ query: '{ __type(name: "Node") { name } }' }),
    );
    expect((await send(good)).body.data).toEqual({ __type: { name: 'Node' } });
  });
});
