import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RequestRefused } from '../src/errors/requestRefused.js';
import { eventually } from './fixtures/eventually.js';
import { openSocket, type TestSocket } from './fixtures/openSocket.js';
import {
  type LiveGateway,
  type LiveGatewayOptions,
  type LiveGraph,
  startLiveGateway,
  startLiveGraph,
} from './fixtures/startLiveGateway.js';
import { type Shop, startShop } from './fixtures/startShop.js';
import { startTokenIssuer, type TokenIssuer } from './fixtures/startTokenIssuer.js';

let shop: Shop;
let graph: LiveGraph;
let issuer: TokenIssuer;
let gateway: LiveGateway;
const started: LiveGateway[] = [];
const sockets: TestSocket[] = [];

const TICKS = 'subscription ($after: String) { ticks(after: $after) { n text } }';

beforeAll(async () => {
  shop = await startShop();
  graph = await startLiveGraph(shop);
  issuer = await startTokenIssuer();
});
beforeEach(async () => {
  shop.seen.length = 0;
  gateway = await start();
});
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  await Promise.all(started.splice(0).map((each) => each.stop()));
});
afterAll(async () => {
  await graph?.close();
  await shop?.close();
});

async function start(options: LiveGatewayOptions = {}): Promise<LiveGateway> {
  const one = await startLiveGateway(graph, { clientTokens: issuer.clientTokens, ...options });
  started.push(one);
  return one;
}

async function open(options: Parameters<typeof openSocket>[1] = { init: {} }, to = gateway): Promise<TestSocket> {
  const socket = await openSocket(to.socketUrl, options);
  sockets.push(socket);
  return socket;
}

describe('a client of graphql-ws', () => {
  it('gets the payloads of a subscription, whole and in order, and its end', async () => {
    const client = createClient({ url: gateway.socketUrl, webSocketImpl: WebSocket });
    const results: unknown[] = [];
    const over = (async () => {
      for await (const result of client.iterate({ query: TICKS })) results.push(result);
    })();
    await eventually(() => expect(gateway.feed.running).toBe(1));
    const texts = ['one', 'a "quoted" text\n', 'ünïcödé 🐟', ''];
    for (const each of texts) gateway.feed.publish(each);
    await eventually(() => expect(results).toHaveLength(4));
    expect(results).toEqual(
      texts.map((each, index) => ({
        data: { ticks: { n: index + 1, text: each } },
        extensions: { cursor: `~${index + 1}` },
      })),
    );
    gateway.feed.end(undefined);
    await over;
    expect(gateway.feed.running).toBe(0);
    expect(gateway.delivered.map(({ cursor }) => cursor)).toEqual(['~1', '~2', '~3', '~4']);
  });

  it('gets the results of queries and mutations, and what is wrong with them', async () => {
    const client = createClient({ url: gateway.socketUrl, webSocketImpl: WebSocket });
    const ask = async (query: string, variables?: Record<string, unknown>) => {
      for await (const result of client.iterate({ query, ...(variables && { variables }) })) return result;
      return undefined;
    };
    expect(await ask('query Q($id: ID!) { person(id: $id) { name summary } }', { id: 'p1' })).toEqual({
      data: { person: { name: 'Ada', summary: 'p1 is 168 cm' } },
    });
    expect(await ask('mutation { rename(id: "p1", name: "Eve") { name } }')).toMatchObject({
      data: { rename: { name: 'Eve' } },
      extensions: { changed: [{ __typename: 'Person', key: 'p1' }] },
    });
    expect(await ask('{ failing(how: CODED) }')).toMatchObject({
      data: { failing: null },
      errors: [{ extensions: { code: 'CAT_HUNGRY' } }],
    });
    await expect(ask('{ wings }')).rejects.toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    await client.dispose();
  });
});

describe('an operation', () => {
  it('is executed for the identity of the connection, with its own request id and the headers that are forwarded', async () => {
    const authorization = await issuer.bearer({ sub: 'ada' });
    const socket = await open({ init: { authorization }, headers: { 'x-tenant': 'one', 'x-other': 'two' } });
    socket.subscribe('a', '{ people { id } }');
    socket.subscribe('b', '{ people { name } }');
    await Promise.all([socket.get('complete', 'a'), socket.get('complete', 'b')]);
    expect(shop.seen.map(({ headers }) => [headers['x-tenant'], headers['x-other']])).toEqual([
      ['one', undefined],
      ['one', undefined],
    ]);
    expect(new Set(shop.seen.map(({ headers }) => headers['x-request-id'])).size).toBe(2);
    socket.subscribe('c', TICKS);
    await eventually(() => expect(gateway.feed.requests).toHaveLength(1));
    expect(gateway.feed.requests[0]).toMatchObject({
      text: TICKS,
      context: { identity: { kind: 'VISITOR', sub: 'ada' }, headers: { 'x-tenant': 'one' } },
    });
  });

  it('may have any name that does not look like a result', async () => {
    const socket = await open();
    for (const id of ['"payload":0}', '\\"', '🐟']) {
      socket.subscribe(id, '{ person(id: "p1") { name } }');
      expect(await socket.get('next', id)).toEqual({
        id,
        type: 'next',
        payload: { data: { person: { name: 'Ada' } } },
      });
    }
  });

  const refused: Record<string, [code: string, payload: object]> = {
    'that is not GraphQL': ['GRAPHQL_PARSE_FAILED', { query: '{ people' }],
    'that does not fit the schema': ['GRAPHQL_VALIDATION_FAILED', { query: 'subscription { tocks { n } }' }],
    'whose variables do not fit': ['BAD_USER_INPUT', { query: TICKS, variables: { after: { x: 1 } } }],
    'whose variables of a query do not fit': [
      'BAD_USER_INPUT',
      { query: 'query ($n: Int) { products(first: $n) { id } }', variables: { n: 'two' } },
    ],
    'of a name that is not there': ['OPERATION_RESOLUTION_FAILURE', { query: TICKS, operationName: 'Other' }],
    'that is empty': ['BAD_REQUEST', { query: ' ' }],
    'with variables nested deeper than allowed': [
      'BODY_TOO_DEEP',
      { query: TICKS, variables: JSON.parse(`${'{"a":'.repeat(100)}1${'}'.repeat(100)}`) },
    ],
    'with the cursor of another': ['INVALID_CURSOR', { query: TICKS, variables: { after: 'eve~1' } }],
  };
  for (const [what, [code, payload]] of Object.entries(refused)) {
    it(`${what} gets an error, and the connection stays`, async () => {
      const socket = await open();
      socket.send({ type: 'subscribe', id: 'a', payload });
      const error = await socket.get('error', 'a');
      expect(error.payload[0].extensions.code).toBe(code);
      socket.subscribe('b', '{ person(id: "p1") { name } }');
      await socket.get('complete', 'b');
      expect(socket.messages.filter(({ id }) => id === 'a')).toHaveLength(1);
    });
  }

  it('is given up when its client completes it: a subscription that runs, one that begins, a query', async () => {
    const socket = await open();
    socket.subscribe('a', TICKS);
    await eventually(() => expect(gateway.feed.running).toBe(1));
    socket.send({ type: 'complete', id: 'a' });
    await eventually(() => expect(gateway.feed.running).toBe(0));

    const release = gateway.feed.hold();
    socket.subscribe('b', TICKS);
    await eventually(() => expect(gateway.feed.requests).toHaveLength(2));
    socket.send({ type: 'complete', id: 'b' });
    const letGo = shop.hold();
    socket.subscribe('c', '{ slow }');
    await eventually(() => expect(shop.seen).toHaveLength(1));
    socket.send({ type: 'complete', id: 'c' });
    await eventually(() => expect(shop.seen[0]?.aborted).toBe(true));
    release();
    letGo();
    socket.subscribe('d', '{ person(id: "p1") { name } }');
    await socket.get('complete', 'd');
    expect(gateway.feed.running).toBe(0);
    expect(socket.messages.map(({ type, id }) => `${type} ${id ?? ''}`)).toEqual([
      'connection_ack ',
      'next d',
      'complete d',
    ]);
  });

  it('is given up when its connection is closed', async () => {
    const socket = await open();
    socket.subscribe('a', TICKS);
    const letGo = shop.hold();
    socket.subscribe('b', '{ slow }');
    await eventually(() => expect([gateway.feed.running, shop.seen.length]).toEqual([1, 1]));
    socket.socket.terminate();
    await eventually(() => expect([gateway.feed.running, shop.seen[0]?.aborted]).toEqual([0, true]));
    letGo();
    await eventually(() => expect(gateway.webSockets.stats.connections).toBe(0));
  });

  it('that fails on our side says so and no more', async () => {
    const socket = await open();
    gateway.feed.refuse(new Error('the secret of the house'));
    socket.subscribe('a', TICKS);
    const { payload } = await socket.get('error', 'a');
    expect(payload[0].extensions.code).toBe('INTERNAL_SERVER_ERROR');
    expect(JSON.stringify(payload)).not.toContain('secret');
  });
});

describe('a connection is closed', () => {
  const cases: Record<string, [code: number, (socket: TestSocket) => void, init?: object]> = {
    'after what is not JSON': [4400, (socket) => socket.send('{"type":')],
    'after what is no message': [4400, (socket) => socket.send({ type: 'hello' })],
    'after a message that only servers send': [
      4400,
      (socket) => socket.send({ type: 'next', id: 'a', payload: {} }),
      {},
    ],
    'after a prototype in disguise': [
      4400,
      (socket) => socket.send('{"type":"connection_init","payload":{"__proto__":{"authorization":"x"}}}'),
    ],
    'after an id of 257 characters': [4400, (socket) => socket.subscribe('x'.repeat(257), TICKS), {}],
    'after an operation before connection_init': [4401, (socket) => socket.subscribe('a', TICKS)],
    'after two operations of one id': [
      4409,
      (socket) => {
        socket.subscribe('a', TICKS);
        socket.subscribe('a', TICKS);
      },
      {},
    ],
    'after two connection_init': [
      4429,
      (socket) => {
        socket.send({ type: 'connection_init' });
        socket.send({ type: 'connection_init' });
      },
    ],
    'after a message of more than 1 MB': [
      1009,
      (socket) => socket.subscribe('a', `{ people { id } } # ${'x'.repeat(1024 * 1024)}`),
      {},
    ],
    'after a token that is not valid': [
      4403,
      (socket) => socket.send({ type: 'connection_init', payload: { authorization: 'Bearer nonsense' } }),
    ],
    'after an authorization that is no string': [
      4403,
      (socket) => socket.send({ type: 'connection_init', payload: { authorization: { admin: true } } }),
    ],
  };
  for (const [what, [code, speak, init]] of Object.entries(cases)) {
    it(`with ${code} ${what}`, async () => {
      const socket = await open(init ? { init } : {});
      speak(socket);
      expect((await socket.closed).code).toBe(code);
      await eventually(() => expect(gateway.webSockets.stats.connections).toBe(0));
    });
  }

  it('with 4406 when it speaks no protocol; one that asks for another is not opened', async () => {
    expect((await (await open({ protocol: '' })).closed).code).toBe(4406);
    const other = await open({ protocol: 'graphql-ws' });
    expect((await other.closed).code).toBe(1006);
  });

  it('with 4408 when it does not say who it is', async () => {
    const impatient = await start({ initTimeoutMs: 20 });
    expect((await (await open({}, impatient)).closed).code).toBe(4408);
  });

  it('at once when it asks for another path', async () => {
    const socket = await openSocket(gateway.socketUrl.replace('/graphql', '/other'));
    expect((await socket.closed).code).toBe(1006);
  });

  it('does not come about, and the request is answered, when another protocol is offered', async () => {
    const body = JSON.stringify({ query: '{ person(id: "p1") { name } }' });
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'content-type': 'application/json' };
    const sent = request(gateway.url, { method: 'POST', headers });
    const answer = new Promise<IncomingMessage>((resolve) => sent.on('response', resolve));
    sent.end(body);
    expect(await text(await answer)).toBe('{"data":{"person":{"name":"Ada"}}}');
  });

  it('when it does not answer pings; one that does stays', async () => {
    const short = await start({ live: { heartbeatMs: 50 } });
    const deaf = await open({ init: {}, autoPong: false }, short);
    const healthy = await open({ init: {} }, short);
    expect((await deaf.closed).code).toBe(1006);
    await eventually(() => expect(short.webSockets.stats).toEqual({ connections: 1, unresponsive: 1 }));
    healthy.subscribe('a', '{ person(id: "p1") { name } }');
    await healthy.get('complete', 'a');
  });
});

describe('who connects', () => {
  it('is told by the payload, else by the header of the upgrade request', async () => {
    const [ada, eve] = await Promise.all([issuer.bearer({ sub: 'ada' }), issuer.bearer({ sub: 'eve' })]);
    const both = await open({ init: { authorization: ada }, headers: { authorization: eve } });
    const header = await open({ init: {}, headers: { authorization: eve } });
    const nobody = await open();
    for (const socket of [both, header, nobody]) {
      socket.subscribe('a', TICKS);
      await eventually(() => expect(gateway.feed.requests).toHaveLength(sockets.indexOf(socket) + 1));
    }
    expect(gateway.feed.requests.map(({ context }) => context.identity.sub)).toEqual(['ada', 'eve', '']);
  });

  it('is nobody any more when the token expires', async () => {
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const socket = await open({ init: { authorization: await issuer.bearer({ expiresAt }) } });
    socket.subscribe('a', TICKS);
    await eventually(() => expect(gateway.feed.running).toBe(1));
    expect(await socket.closed).toEqual({ code: 4403, reason: 'token expired' });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
    await eventually(() => expect(gateway.feed.running).toBe(0));
  });

  it('gets what is being answered when the token expires, and no more of a subscription', async () => {
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const socket = await open({ init: { authorization: await issuer.bearer({ expiresAt }) } });
    const letGo = shop.hold();
    socket.subscribe('a', TICKS);
    socket.subscribe('b', 'mutation { slowRename(id: "p1", name: "Eve") { name } }');
    await eventually(() => expect([gateway.feed.running, shop.seen.length]).toEqual([1, 1]));
    await eventually(() => expect(Date.now()).toBeGreaterThan(expiresAt.getTime() + 1_000));
    gateway.feed.publish();
    letGo();
    expect((await socket.closed).code).toBe(4403);
    expect(socket.messages.map(({ type, id }) => `${type} ${id ?? ''}`)).toEqual([
      'connection_ack ',
      'next b',
      'complete b',
    ]);
  });

  it('renews the token by a ping, whose pong tells its end and does not repeat it', async () => {
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2000);
    const socket = await open({ init: { authorization: await issuer.bearer({ expiresAt }) } });
    socket.subscribe('a', TICKS);
    await eventually(() => expect(gateway.feed.running).toBe(1));
    const later = new Date(Math.ceil(Date.now() / 1000) * 1000 + 100_000);
    socket.send({ type: 'ping', payload: { authorization: await issuer.bearer({ expiresAt: later }) } });
    expect(await socket.get('pong')).toEqual({ type: 'pong', payload: { expiresAt: later.getTime() } });
    await eventually(() => expect(Date.now()).toBeGreaterThan(expiresAt.getTime() + 1_000));
    gateway.feed.publish('still here');
    expect(await socket.get('next', 'a')).toMatchObject({ payload: { data: { ticks: { text: 'still here' } } } });
  });

  it('cannot become another by a ping', async () => {
    for (const other of [{ sub: 'eve' }, { kind: 'OPERATOR' }]) {
      const socket = await open({ init: { authorization: await issuer.bearer() } });
      socket.send({ type: 'ping', payload: { authorization: await issuer.bearer(other) } });
      expect((await socket.closed).code).toBe(4403);
    }
    const nobody = await open();
    nobody.send({ type: 'ping', payload: { authorization: await issuer.bearer() } });
    expect((await nobody.closed).code).toBe(4403);
    const forged = await open({ init: { authorization: await issuer.bearer() } });
    forged.send({ type: 'ping', payload: { authorization: 'Bearer nonsense' } });
    expect((await forged.closed).code).toBe(4403);
  });

  it('begins anew with other rights: what runs does not go on with those of before', async () => {
    const socket = await open({ init: { authorization: await issuer.bearer({ scope: 'read write' }) } });
    socket.send({ type: 'ping', payload: { authorization: await issuer.bearer({ scope: 'read' }) } });
    await socket.get('pong');
    socket.subscribe('a', TICKS);
    await eventually(() => expect(gateway.feed.running).toBe(1));
    expect(gateway.feed.requests[0]?.context.identity.scopes).toEqual(['read']);
    socket.send({ type: 'ping', payload: { authorization: await issuer.bearer({ scope: 'read write' }) } });
    expect((await socket.closed).code).toBe(4513);
  });

  it('gets an ordinary ping answered', async () => {
    const socket = await open();
    socket.send({ type: 'ping', payload: { n: 1 } });
    expect(await socket.get('pong')).toEqual({ type: 'pong', payload: { n: 1 } });
  });
});

describe('limits', () => {
  it('of operations on one connection', async () => {
    const small = await start({ live: { subscriptionsPerConnection: 2 } });
    const socket = await open({ init: {} }, small);
    for (const id of ['a', 'b', 'c']) socket.subscribe(id, TICKS);
    const error = await socket.get('error', 'c');
    expect(error.payload[0].extensions.code).toBe('TOO_MANY_SUBSCRIPTIONS');
    await eventually(() => expect(small.feed.running).toBe(2));
    socket.send({ type: 'complete', id: 'a' });
    socket.subscribe('d', TICKS);
    await eventually(() => expect(small.feed.requests).toHaveLength(3));
  });

  it('of connections, of the process and of one identity; one that ends makes room', async () => {
    const small = await start({ live: { connections: 3, connectionsPerIdentity: 1 } });
    const ada = { authorization: await issuer.bearer({ sub: 'ada' }) };
    const first = await open({ init: ada }, small);
    const second = await open({}, small);
    second.send({
      type: 'connection_init',
      payload: { authorization: await issuer.bearer({ sub: 'ada', scope: '' }) },
    });
    expect(await second.closed).toEqual({ code: 1013, reason: 'too many connections: try again later' });
    await Promise.all([open({ init: {} }, small), open({ init: {} }, small)]);
    const fourth = await open({}, small);
    fourth.send({ type: 'connection_init' });
    expect((await fourth.closed).code).toBe(1013);
    first.socket.close();
    await eventually(() => expect(small.webSockets.stats.connections).toBe(2));
    await open({ init: ada }, small);
  });
});

describe('a subscription that ends', () => {
  for (const reason of ['SLOW_CONSUMER', 'INTERRUPTED'] as const) {
    it(`by ${reason} lets the client come again`, async () => {
      const socket = await open();
      socket.subscribe('a', TICKS);
      await eventually(() => expect(gateway.feed.running).toBe(1));
      gateway.feed.end(reason);
      expect(await socket.closed).toEqual({ code: 4513, reason: 'resume from your cursor' });
      expect(socket.messages).toHaveLength(1);
    });
  }

  it('by GOING_AWAY lets the client come again', async () => {
    const socket = await open();
    socket.subscribe('a', TICKS);
    await eventually(() => expect(gateway.feed.running).toBe(1));
    gateway.feed.end('GOING_AWAY');
    expect((await socket.closed).code).toBe(1012);
  });

  it('since it does not fit the new supergraph is told to the client, for good', async () => {
    const socket = await open();
    socket.subscribe('a', TICKS);
    await eventually(() => expect(gateway.feed.running).toBe(1));
    gateway.feed.end('SUBSCRIPTION_INVALID');
    expect((await socket.get('error', 'a')).payload).toEqual([
      { message: 'The field "ticks" is gone.', extensions: { code: 'SUBSCRIPTION_INVALID' } },
    ]);
    socket.subscribe('b', '{ person(id: "p1") { name } }');
    await socket.get('complete', 'b');
  });

  it.each(['EVENTS_UNAVAILABLE', 'PLANNER_BUSY'] as const)(
    'before it begins, by %s, lets the client come again unless others run on its connection',
    async (code) => {
      const error = new RequestRefused(code, 'Not now.');
      gateway.feed.refuse(error);
      const alone = await open();
      alone.subscribe('a', TICKS);
      expect((await alone.closed).code).toBe(1013);

      gateway.feed.refuse(undefined);
      const socket = await open();
      socket.subscribe('a', TICKS);
      await eventually(() => expect(gateway.feed.running).toBe(1));
      gateway.feed.refuse(error);
      socket.subscribe('b', TICKS);
      expect((await socket.get('error', 'b')).payload[0].extensions.code).toBe(code);
      gateway.feed.publish();
      await socket.get('next', 'a');
    },
  );
});

describe('when the process is about to end', () => {
  it('clients are sent away, one after the other, and new ones refused', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => open()));
    const codes: number[] = [];
    for (const { closed } of all) void closed.then(({ code }) => codes.push(code));
    const drained = gateway.drain(3_600_000);
    await eventually(() => expect(codes).toEqual([1012]));
    expect(gateway.webSockets.stats.connections).toBe(3);
    // Those that go by themselves are not waited for.
    for (const { socket } of all) socket.close();
    await drained;
    const refused = new WebSocket(gateway.socketUrl, 'graphql-transport-ws');
    await new Promise((resolve) => refused.on('error', resolve));
  });

  it('what is being answered is finished first; nothing is begun', async () => {
    const socket = await open();
    const letGo = shop.hold();
    socket.subscribe('a', 'mutation { slowRename(id: "p1", name: "Eve") { name } }');
    await eventually(() => expect(shop.seen).toHaveLength(1));
    const drained = gateway.drain(0);
    socket.subscribe('b', TICKS);
    socket.send({ type: 'ping' });
    await socket.get('pong');
    expect(gateway.feed.requests).toHaveLength(0);
    letGo();
    expect((await socket.closed).code).toBe(1012);
    expect(socket.messages.filter(({ id }) => id !== undefined).map(({ type, id }) => `${type} ${id}`)).toEqual([
      'next a',
      'complete a',
    ]);
    await drained;
  });

  it('a client that does not go is left behind', async () => {
    const socket = await open();
    socket.socket.pause();
    await gateway.drain(0);
    expect(gateway.webSockets.stats.connections).toBe(0);
  });
});
