import { afterAll, beforeAll, describe, type ExpectStatic, expect, it } from 'vitest';
import type { ErrorCode } from '../src/errors/errorCodes.js';
import { answerJson, answerWell, type FaultyGraph, type Json, startFaultyGraph } from './fixtures/startFaultyGraph.js';
import { type Answer, startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';
import { MAX_BYTES, TIMEOUT_MS, transportFaults } from './fixtures/transportFaults.js';

let graph: FaultyGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startFaultyGraph();
  gateway = await startTestGateway(graph, { subgraphTimeoutMs: TIMEOUT_MS, subgraphMaxResponseBytes: MAX_BYTES });
});
afterAll(async () => {
  await gateway?.stop();
  await graph?.close();
});

interface Place {
  readonly query: string;
  /** The subgraph that the fault is in. */
  readonly faulty: 'notes' | 'makers';
  /** What comes of the others. */
  readonly rest: Json;
  /** Where there is an error: all that the faulty subgraph would have filled. */
  readonly paths: readonly (readonly (string | number)[])[];
}

const places: Readonly<Record<string, Place>> = {
  'a root beside that of another subgraph': {
    query: '{ board { text } items { title } again: board { text } }',
    faulty: 'notes',
    rest: { board: null, items: [{ title: 'One' }, { title: 'Two' }, { title: 'One' }], again: null },
    paths: [['board'], ['again']],
  },
  'entities in a list, one of them twice': {
    query: '{ items { title about: note } }',
    faulty: 'notes',
    rest: {
      items: [
        { title: 'One', about: null },
        { title: 'Two', about: null },
        { title: 'One', about: null },
      ],
    },
    paths: [0, 1, 2].map((index) => ['items', index, 'about']),
  },
  'entities below entities': {
    query: '{ items { note maker { id name } } }',
    faulty: 'makers',
    rest: {
      items: ['1', '2', '1'].map((id) => ({ note: `About i${id}`, maker: { id: `m${id}`, name: null } })),
    },
    paths: [0, 1, 2].map((index) => ['items', index, 'maker', 'name']),
  },
  'entities whose fields are not nullable': {
    query: '{ items { title maker { id since } } }',
    faulty: 'makers',
    rest: {
      items: [
        { title: 'One', maker: null },
        { title: 'Two', maker: null },
        { title: 'One', maker: null },
      ],
    },
    paths: [0, 1, 2].map((index) => ['items', index, 'maker', 'since']),
  },
  'entities that others depend on': {
    query: '{ items { title maker { name since } } }',
    faulty: 'notes',
    rest: {
      items: [
        { title: 'One', maker: null },
        { title: 'Two', maker: null },
        { title: 'One', maker: null },
      ],
    },
    paths: [0, 1, 2].map((index) => ['items', index, 'maker']),
  },
};

/** One error a path, with this code, that says what to do and nothing of what is inside. */
function expectFailure(
  expect: ExpectStatic,
  { status, body }: Answer,
  { faulty, rest, paths }: Omit<Place, 'query'>,
  code: ErrorCode,
): void {
  expect(status).toBe(200);
  expect(body.data).toEqual(rest);
  expect(body.errors).toEqual(
    paths.map((path) => ({
      message: expect.stringMatching(new RegExp(`^The subgraph "${faulty}" .{20,}\\.$`)),
      path,
      extensions: { code, serviceName: faulty },
    })),
  );
  expect(new Set(body.errors.map(({ message }: Json) => message)).size).toBe(1);
  expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|10\.0\.0\.7|localhost/);
}

for (const [where, { query, ...place }] of Object.entries(places)) {
  describe(`in the fetch of ${where}`, () => {
    for (const [what, { code, answer }] of Object.entries(transportFaults)) {
      it.concurrent(`${what}: ${code}`, async ({ expect }) => {
        const name = graph.answerOperation(place.faulty, answer);
        expectFailure(expect, await gateway.query(`query ${name} ${query}`), place, code);
        // A connection that was kept and is closed in the moment of asking is no fault: a query is asked once more.
        const sent = graph.seen.filter((each) => each.subgraph === place.faulty && each.query.includes(name));
        expect(sent.length).toBeLessThanOrEqual(what.startsWith('a connection') ? 2 : 1);
      });
    }
  });
}

describe('in a mutation', () => {
  for (const [what, { code, answer }] of Object.entries(transportFaults)) {
    it.concurrent(`${what}: ${code}, sent once, and those after it are made`, async ({ expect }) => {
      const name = graph.answerOperation('notes', (call) => (call.query.includes('first') ? answer : answerWell)(call));
      // So that there are kept connections.
      await gateway.query('{ board { text } items { id } }');
      const answered = await gateway.query(
        `mutation ${name} { first: pin(text: "1") { text } put(id: "i2") { title note } second: pin(text: "2") { text } }`,
      );
      const rest = { first: null, put: { title: 'Two', note: 'About i2' }, second: { text: '2' } };
      expectFailure(expect, answered, { faulty: 'notes', rest, paths: [['first']] }, code);
      const sent = graph.seen.filter(({ query }) => query.includes(name));
      expect(sent.filter(({ query }) => query.includes('first')).length).toBe(1);
      expect(sent.map(({ subgraph }) => subgraph)).toEqual(['notes', 'shelf', 'notes', 'notes']);
    });
  }
});

describe('a subgraph that is not there', () => {
  for (const [where, { query, ...place }] of Object.entries(places)) {
    it(`in the fetch of ${where}: SUBGRAPH_UNAVAILABLE, until it is back`, async () => {
      await graph.stop(place.faulty);
      try {
        expectFailure(expect, await gateway.query(query), place, 'SUBGRAPH_UNAVAILABLE');
      } finally {
        await graph.start(place.faulty);
      }
      expect((await gateway.query(query)).body.errors).toBeUndefined();
    });
  }

  it('does not fail readiness, which says so', async () => {
    await graph.stop('makers');
    try {
      const ready = await gateway.get('/health/ready');
      expect(ready.status).toBe(200);
      expect(ready.body.subgraphs).toEqual({ shelf: 'reachable', notes: 'reachable', makers: 'unreachable' });
    } finally {
      await graph.start('makers');
    }
  });

  it('and came back between two queries is not noticed, although the kept connections are gone', async () => {
    const query = () => gateway.query('{ board { text } }');
    expect((await query()).body).toEqual({ data: { board: { text: 'Hello' } } });
    await graph.stop('notes');
    await graph.start('notes');
    expect((await query()).body).toEqual({ data: { board: { text: 'Hello' } } });
  });
});

it('faults of two subgraphs at once each have their own errors', async () => {
  graph.answer('notes', answerJson('', 500));
  graph.answer('shelf', answerJson('<p>'));
  const { body } = await gateway.query('{ board { text } items { id } item(id: "i1") { note } echo { text } }');
  expect(body.data).toEqual({ board: null, items: null, item: null, echo: null });
  const codes = body.errors.map(({ path, extensions }: Json) => [path.join('.'), extensions.code]);
  expect(Object.fromEntries(codes)).toEqual({
    board: 'SUBGRAPH_UNAVAILABLE',
    echo: 'SUBGRAPH_UNAVAILABLE',
    items: 'SUBGRAPH_INVALID_RESPONSE',
    item: 'SUBGRAPH_INVALID_RESPONSE',
  });
  expect(codes.length).toBe(4);
});

it('more requests than may wait for a subgraph are refused at once, and those that wait are answered', async () => {
  const narrow = await startTestGateway(graph, { subgraphConnections: 1, subgraphQueue: 2, shareFetches: false });
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  graph.reset();
  graph.answer('notes', async (call) => {
    await gate;
    await answerWell(call);
  });
  try {
    const answers = Array.from({ length: 6 }, (_, index) => narrow.query(`{ a${index}: board { text } }`));
    await Promise.race(answers);
    release();
    const bodies = (await Promise.all(answers)).map(({ body }) => body);
    const good = bodies.filter(({ errors }) => errors === undefined);
    expect(good.map(({ data }) => Object.values(data))).toEqual(good.map(() => [{ text: 'Hello' }]));
    // One on the connection, two waiting; more when some came only after the first was refused.
    expect(good.length).toBeGreaterThanOrEqual(3);
    const refused = bodies.filter(({ errors }) => errors);
    expect(refused.length).toBeGreaterThan(0);
    for (const { data, errors } of refused) {
      const [[name, value] = []] = Object.entries(data);
      expect(value).toBeNull();
      const message = 'The subgraph "notes" has too many requests waiting. Send the request again in a few seconds.';
      expect(errors).toEqual([
        { message, path: [name], extensions: { code: 'SUBGRAPH_OVERLOADED', serviceName: 'notes' } },
      ]);
    }
  } finally {
    release();
    await narrow.stop();
  }
});
