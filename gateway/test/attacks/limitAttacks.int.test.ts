import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSocket } from '../fixtures/openSocket.js';
import { type ComposedGraph, startComposed } from '../fixtures/startComposed.js';
import { costOf } from './costOf.js';
import { type Attack, limitAttacks } from './limitAttacks.js';

const sdl = `
  type Query { n: Int node: Node search(filter: Filter): Int }
  type Mutation { guess(pin: Int): Boolean }
  type Node { n: Int node: Node }
  input Filter { ids: [Int!] and: [Filter!] }
`;

let graph: ComposedGraph;

beforeAll(async () => {
  graph = await startComposed({ nodes: { sdl, resolvers: { Query: { n: () => 1 } } } });
});
afterAll(() => graph?.stop());

const json = { 'content-type': 'application/json' };
const send = ({ body, search }: Attack) =>
  body === undefined
    ? graph.gateway.send({ headers: json }, search)
    : graph.gateway.send({ method: 'POST', headers: json, body });

/** What is refused for what it is, whatever it comes by. */
const OF_OPERATIONS = /^(OPERATION_TOO|TOO_MANY_(?!VALUES)|GRAPHQL_VALIDATION)/;

describe('an attack by', () => {
  for (const [what, attack] of Object.entries(limitAttacks)) {
    it(`${what} is refused: ${attack.code}`, async () => {
      const answer = await send(attack);
      expect(answer.body.errors[0].extensions.code).toBe(attack.code);
      expect(answer.body.errors[0].message).toMatch(/^\S.*\S$/s);
      expect(JSON.stringify(answer.body).length).toBeLessThan(60_000);
      expect(graph.seen).toEqual([]);
    });

    it(`${what} costs under 50 ms and 10 MB`, async () => {
      const { milliseconds, megabytes } = await costOf(() => send(attack));
      expect(milliseconds).toBeLessThan(50);
      expect(megabytes).toBeLessThan(10);
    });
  }
});

describe('over a WebSocket', () => {
  const open = () => openSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`, { init: {} });

  it('operations are refused as over HTTP', async () => {
    const { socket, send, get } = await open();
    const wanted = Object.entries(limitAttacks).filter(([, { code }]) => OF_OPERATIONS.test(code));
    expect(wanted.length).toBeGreaterThan(20);
    for (const [what, { body, code }] of wanted) {
      send(`{"type":"subscribe","id":${JSON.stringify(what)},"payload":${body}}`);
      expect((await get('error', what)).payload[0].extensions.code).toBe(code);
    }
    socket.close();
  });

  for (const what of [
    '__proto__ in the variables',
    '__proto__ deep in the variables',
    'constructor.prototype in the variables',
    'a huge list of objects in the variables',
  ]) {
    it(`${what}: the connection is closed`, async () => {
      const { send, closed } = await open();
      send(`{"type":"subscribe","id":"1","payload":${limitAttacks[what]?.body}}`);
      expect(await closed).toEqual({ code: 4400, reason: 'Invalid message received' });
    });
  }

  it('__proto__ in connection_init: the connection is closed', async () => {
    const { send, closed } = await openSocket(`${graph.gateway.url.replace('http', 'ws')}/graphql`);
    send('{"type":"connection_init","payload":{"__proto__":{"authorization":"Bearer x"}}}');
    expect((await closed).code).toBe(4400);
  });
});

describe('as an event stream', () => {
  for (const [what, { body, code }] of Object.entries(limitAttacks).filter(
    ([, attack]) => OF_OPERATIONS.test(attack.code) && attack.body,
  )) {
    it(`${what} is refused as over HTTP`, async () => {
      const headers = { ...json, accept: 'text/event-stream' };
      const answer = await graph.gateway.send({ method: 'POST', headers, body: body ?? null });
      expect(answer.body).toContain(`"code":"${code}"`);
      expect(graph.seen).toEqual([]);
    });
  }

  it('__proto__ in the variables of a GET is refused', async () => {
    const { search } = limitAttacks['__proto__ in the variables of a GET'] ?? {};
    const { status, body } = await graph.gateway.send({ headers: { accept: 'text/event-stream' } }, search);
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('BAD_REQUEST')]);
  });
});
