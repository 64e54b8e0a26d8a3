import { setImmediate as turn } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import type { SigningKey } from '../src/identity/signingKey.js';
import {
  answerJson,
  answerWell,
  type FaultyGraph,
  type Json,
  type Responder,
  sendJson,
  startFaultyGraph,
} from './fixtures/startFaultyGraph.js';
import { type Answer, startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let graph: FaultyGraph;
let gateway: TestGateway;
let config: Pick<GatewayConfig, 'clientTokens' | 'signingKey'>;
const tokens = new Map<string, string | undefined>([['', undefined]]);

beforeAll(async () => {
  graph = await startFaultyGraph();
  const client = await generateKeyPair('EdDSA', { extractable: true });
  const signing = await generateKeyPair('EdDSA', { extractable: true });
  for (const sub of ['ann', 'bob', 'cy']) {
    const jwt = new SignJWT({ sub, kind: 'VISITOR', scope: '' })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'k' })
      .setIssuer('test')
      .setAudience('test')
      .setExpirationTime('5m');
    tokens.set(sub, await jwt.sign(client.privateKey));
  }
  const keys = { keys: [{ ...(await exportJWK(client.publicKey)), kid: 'k', alg: 'EdDSA' }] };
  config = {
    clientTokens: { keys: keys as never, issuer: 'test', audience: 'test' },
    signingKey: (await exportJWK(signing.privateKey)) as SigningKey,
  };
});
beforeEach(() => graph.reset());
afterEach(() => gateway?.stop());
afterAll(() => graph?.close());

/** Pseudo-random numbers, the same in each run (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const random = randomFrom(20_261_107);
/** Answers a while later, so that others come in between. */
const later =
  (answer: Responder): Responder =>
  async (call) => {
    for (let turns = random(40); turns > 0; turns--) await turn();
    await answer(call);
  };

interface Kind {
  readonly query: string;
  /** The subgraph that answers in a way of its own, and how. */
  readonly faulty?: readonly [subgraph: string, answer: Responder];
  /** What has to come for these variables and this caller. */
  readonly expected: (text: string, sub: string) => Json;
}

const failure = (subgraph: string, code: string, path: Json[], message: string) => ({
  message: `The subgraph "${subgraph}" ${message}`,
  path,
  extensions: { code, serviceName: subgraph },
});
const unreachable = 'cannot be reached at the moment. Send the request again in a few seconds.';
const noGraphQL = 'answered with something that is not GraphQL. Report the request id.';

/** `NAME` stands for a name of the operation's own, `TEXT` for `($text: String)`. */
const kinds: Record<string, Kind> = {
  'good, by variable and caller': {
    query: 'query NAME TEXT { echo(text: $text) { text sub } item(id: "i1") { title } }',
    expected: (text, sub) => ({ data: { echo: { text, sub }, item: { title: 'One' } } }),
  },
  'good entities, by caller': {
    query: 'query NAME { items { title seenBy } }',
    expected: (_text, seenBy) => ({
      data: { items: ['One', 'Two', 'One'].map((title) => ({ title, seenBy })) },
    }),
  },
  'a mutation': {
    query: 'mutation NAME($text: String!) { pin(text: $text) { text } }',
    expected: (text) => ({ data: { pin: { text } } }),
  },
  'an error that says what was sent': {
    query: 'query NAME TEXT { echo(text: $text) { text } item(id: "i2") { title } }',
    faulty: [
      'notes',
      ({ response, variables, sub }) => {
        const error = { message: `${variables.text} of ${sub}`, path: ['echo'], extensions: { code: 'MINE', sub } };
        sendJson(response, { data: { echo: null }, errors: [error] });
      },
    ],
    expected: (text, sub) => ({
      errors: [
        { message: `${text} of ${sub}`, path: ['echo'], extensions: { code: 'MINE', sub, serviceName: 'notes' } },
      ],
      data: { echo: null, item: { title: 'Two' } },
    }),
  },
  'nested entities of a subgraph that is broken': {
    query: 'query NAME TEXT { echo(text: $text) { text sub } item(id: "i1") { maker { id name } } }',
    faulty: ['makers', answerJson('{"data":{"_entities":[{"name":"half')],
    expected: (text, sub) => ({
      errors: [failure('makers', 'SUBGRAPH_INVALID_RESPONSE', ['item', 'maker', 'name'], noGraphQL)],
      data: { echo: { text, sub }, item: { maker: { id: 'm1', name: null } } },
    }),
  },
  'entities of a subgraph that closes its connections': {
    query: 'query NAME { item(id: "i2") { title note } }',
    faulty: ['notes', ({ response }) => response.socket?.destroy()],
    expected: () => ({
      errors: [failure('notes', 'SUBGRAPH_UNAVAILABLE', ['item', 'note'], unreachable)],
      data: { item: { title: 'Two', note: null } },
    }),
  },
  'a body that breaks off': {
    query: 'query NAME TEXT { echo(text: $text) { text } item(id: "i1") { title } }',
    faulty: [
      'notes',
      ({ response, variables }) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
        response.write(`{"data":{"echo":{"text":"${variables.text}"}}}`, () => response.socket?.end());
      },
    ],
    expected: () => ({
      errors: [failure('notes', 'SUBGRAPH_UNAVAILABLE', ['echo'], unreachable)],
      data: { echo: null, item: { title: 'One' } },
    }),
  },
  'texts to be escaped': {
    query: 'query NAME TEXT { echo(text: $text) { text sub } }',
    faulty: [
      'notes',
      ({ response, variables, sub }) => sendJson(response, { data: { echo: { text: `"${variables.text}"\n`, sub } } }),
    ],
    expected: (text, sub) => ({ data: { echo: { text: `"${text}"\n`, sub } } }),
  },
  'names that objects inherit': {
    query: 'query NAME { board { any } item(id: "i1") { title } }',
    faulty: [
      'notes',
      answerJson('{"data":{"board":{"any":1,"__proto__":{"title":"bad"}},"__proto__":{"item":"bad"}}}'),
    ],
    expected: () => ({ data: { board: { any: 1 }, item: { title: 'One' } } }),
  },
  'a mutation that fails': {
    query: 'mutation NAME($text: String!) { pin(text: $text) { text } put(id: "i1") { title } }',
    faulty: ['notes', answerJson('<h1>no</h1>')],
    expected: () => ({
      errors: [failure('notes', 'SUBGRAPH_INVALID_RESPONSE', ['pin'], noGraphQL)],
      data: { pin: null, put: { title: 'One' } },
    }),
  },
};

const REQUESTS = 600;

describe('nothing leaks between hundreds of requests at once, of several callers, over good and faulty subgraphs', () => {
  it('that share executions and fetches', async () => {
    gateway = await startTestGateway(graph, config);
    await askAll();
    expect((await gateway.metrics.requestsShared.get()).values[0]?.value).toBeGreaterThan(0);
  });

  it('that share fetches', async () => {
    gateway = await startTestGateway(graph, { ...config, shareRequests: false });
    await askAll();
    expect((await gateway.metrics.fetchesShared.get()).values[0]?.value).toBeGreaterThan(0);
  });

  it('that share nothing', async () => {
    gateway = await startTestGateway(graph, { ...config, shareRequests: false, shareFetches: false });
    await askAll();
  });
});

/** Asks for everything by everybody at once, some of whom go away, and compares each answer with what it has to be. */
async function askAll(): Promise<void> {
  for (const subgraph of ['shelf', 'notes', 'makers']) graph.answer(subgraph, later(answerWell));
  const texts = ['red', 'green', 'blue'];
  const prepared = Object.entries(kinds).map(([what, { query, faulty, expected }]) => {
    const name = graph.answerOperation(faulty?.[0] ?? 'notes', later(faulty?.[1] ?? answerWell));
    return { what, query: query.replace('NAME', name).replace('TEXT', '($text: String)'), expected };
  });

  const ask = async (index: number) => {
    const { what, query, expected } = pick(prepared);
    const text = pick(texts);
    const [sub, token] = pick([...tokens]);
    const client = new AbortController();
    const goes = random(10) === 0;
    for (let turns = random(200); turns > 0; turns--) await turn();
    const answer = gateway.send({
      method: 'POST',
      signal: client.signal,
      headers: {
        'content-type': 'application/json',
        'x-request-id': `request-${index}`,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables: { text } }),
    });
    if (goes) {
      const gone = answer.catch(() => undefined);
      for (let turns = random(60); turns > 0; turns--) await turn();
      client.abort();
      await gone;
      return undefined;
    }
    const { status, headers, body } = await answer;
    const id = headers.get('x-request-id');
    return {
      got: { what, status, id, body },
      wanted: { what, status: 200, id: `request-${index}`, body: expected(text, sub) },
    };
  };
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;

  const answers = await Promise.all(Array.from({ length: REQUESTS }, (_, index) => ask(index)));
  const compared = answers.filter((each) => each !== undefined);
  expect(compared.length).toBeGreaterThan(REQUESTS / 2);
  for (const { got, wanted } of compared) expect(got).toEqual(wanted);

  await vi.waitFor(() => expect(gateway.metrics.requestsInFlight.count).toBe(0));
}

it('gives up the requests of a query whose client has gone, and finishes a mutation', async () => {
  gateway = await startTestGateway(graph);
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  const finished: string[] = [];
  graph.answer('notes', async (call) => {
    await gate;
    await answerWell(call);
    finished.push(call.query.split(/\W/, 1)[0] ?? '');
  });
  for (const query of ['query Goes { board { text } }', 'mutation Stays { pin(text: "x") { text } }']) {
    const client = new AbortController();
    const gone = expect(leave(query, client.signal)).rejects.toThrow();
    await vi.waitFor(() => expect(graph.seen.at(-1)?.query).toContain(query.slice(0, 10)));
    client.abort();
    await gone;
  }
  await vi.waitFor(() => expect(graph.seen[0]?.aborted).toBe(true));
  expect(graph.seen[1]?.aborted).toBe(false);
  release();
  await vi.waitFor(() => expect(finished).toContain('mutation'));
  await vi.waitFor(() => expect(gateway.metrics.requestsInFlight.count).toBe(0));
  expect(graph.seen.map(({ aborted }) => aborted)).toEqual([true, false]);
  const { body } = await gateway.get('/metrics');
  expect(body).toMatch(/graphql_request_duration_seconds_count\{.*operation="mutation",outcome="gone".*\} \d+/);
});

function leave(query: string, signal: AbortSignal): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return gateway.send({ method: 'POST', signal, headers, body: JSON.stringify({ query }) });
}
