import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  answerWell,
  type FaultyGraph,
  type Json,
  type Responder,
  startFaultyGraph,
} from './fixtures/startFaultyGraph.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

const MB = 1024 * 1024;
const LIMIT = 2 * MB;
const HUGE = 100 * MB;

let graph: FaultyGraph;
let gateway: TestGateway;

beforeAll(async () => {
  graph = await startFaultyGraph();
  gateway = await startTestGateway(graph, {
    subgraphMaxResponseBytes: LIMIT,
    shareFetches: false,
    shareRequests: false,
  });
});
afterAll(async () => {
  await gateway?.stop();
  await graph?.close();
});
afterEach(() => graph.reset());

/** What was sent of bodies, in bytes, and how many were cut off by the other side. */
const sent = { bytes: 0, cut: 0 };
afterEach(() => {
  sent.bytes = 0;
  sent.cut = 0;
});

const piece = Buffer.alloc(64 * 1024, 'x');
const beginning = '{"data":{"board":{"text":"';

/** Sends a body of this size as fast as the other side takes it. */
async function pour(response: ServerResponse, bytes: number, headers: Record<string, string | number>): Promise<void> {
  response.once('close', () => {
    if (!response.writableFinished) sent.cut++;
  });
  response.writeHead(200, { 'content-type': 'application/json', ...headers });
  // Cut off, as it is to be.
  await pipeline(pieces(bytes), response).catch(() => {});
}

function* pieces(bytes: number): Generator<Buffer> {
  yield Buffer.from(beginning);
  for (let written = 0; written < bytes; written += piece.length) {
    sent.bytes += piece.length;
    yield piece;
  }
  yield Buffer.from('"}}}');
}

const inChunks: Responder = ({ response }) => pour(response, HUGE, {});
const withLength: Responder = ({ response }) => pour(response, HUGE, { 'content-length': HUGE });
const untilTheEnd: Responder = ({ response }) => {
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
  return pour(response, HUGE, { connection: 'close' });
};

const tooLarge = {
  message: 'The subgraph "notes" answered with more than the limit allows. Ask for less at once.',
  extensions: { code: 'SUBGRAPH_RESPONSE_TOO_LARGE', serviceName: 'notes' },
};

describe('a body of 100 MB is given up at the limit, and the rest of the response comes', () => {
  const cases: Record<string, { answer: Responder; atMost: number }> = {
    // What lies in the sockets' buffers comes on top.
    'in chunks': { answer: inChunks, atMost: LIMIT + 16 * MB },
    'until the connection ends': { answer: untilTheEnd, atMost: LIMIT + 16 * MB },
    'with its length, which is enough to know': { answer: withLength, atMost: 16 * MB },
  };
  for (const [how, { answer, atMost }] of Object.entries(cases)) {
    it(`${how}: a root field`, async () => {
      graph.answer('notes', answer);
      const { status, body } = await gateway.query('{ board { text } item(id: "i1") { title } }');
      expect(status).toBe(200);
      expect(body).toEqual({
        data: { board: null, item: { title: 'One' } },
        errors: [{ ...tooLarge, path: ['board'] }],
      });
      await vi.waitFor(() => expect(sent.cut).toBe(1));
      expect(sent.bytes).toBeLessThan(atMost);
    });

    it(`${how}: entities`, async () => {
      graph.answer('notes', answer);
      const { body } = await gateway.query('{ items { title note } }');
      expect(body.data.items).toEqual(['One', 'Two', 'One'].map((title) => ({ title, note: null })));
      expect(body.errors).toEqual([0, 1, 2].map((at) => ({ ...tooLarge, path: ['items', at, 'note'] })));
      await vi.waitFor(() => expect(sent.cut).toBe(1));
      expect(sent.bytes).toBeLessThan(atMost);
    });
  }

  it('in a mutation: sent once', async () => {
    graph.answer('notes', inChunks);
    const { body } = await gateway.query('mutation { pin(text: "x") { text } }');
    expect(body).toEqual({ data: { pin: null }, errors: [{ ...tooLarge, path: ['pin'] }] });
    expect(graph.seen.length).toBe(1);
  });
});

it('memory does not grow with what is not taken', async () => {
  graph.answer('notes', inChunks);
  const ask = () => gateway.query('{ board { text } }');
  const round = async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, ask));
    for (const { body } of answers) expect(body.errors[0].extensions).toEqual(tooLarge.extensions);
  };
  await round();
  const { arrayBuffers: before } = process.memoryUsage();
  for (let count = 0; count < 5; count++) await round();
  // 40 bodies; what is left is what the garbage collector has not looked at yet.
  await vi.waitFor(() => expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MB));
});

it('a body just within the limit is taken, one byte more is not', async () => {
  for (const excess of [0, 1]) {
    graph.answer('notes', async (call) => {
      const body = await call.good();
      body.data.board.text = '';
      body.data.board.text = 'é'.repeat(1_000) + 'x'.repeat(LIMIT + excess - 2_000 - JSON.stringify(body).length);
      await answerWell({ ...call, good: async () => body });
    });
    const { body } = await gateway.query('{ board { text } }');
    if (excess === 0) expect(body.data.board.text.length).toBeGreaterThan(LIMIT - 2_000);
    else expect(body.errors).toEqual([{ ...tooLarge, path: ['board'] }]);
  }
});

it('the connections of bodies that were given up are not used again, and there are connections enough afterwards', async () => {
  graph.answer('notes', inChunks);
  await Promise.all(Array.from({ length: 100 }, () => gateway.query('{ board { text } }')));
  graph.reset();
  const answers = await Promise.all(Array.from({ length: 100 }, () => gateway.query('{ board { text } }')));
  expect(answers.map(({ body }: Json) => body)).toEqual(answers.map(() => ({ data: { board: { text: 'Hello' } } })));
});
