import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GatewayConfig } from '../src/config.js';
import { composePlanningGraph, endlessOperation, limitless } from './fixtures/planningGraph.js';
import { startTestGateway, type TestGateway } from './fixtures/startTestGateway.js';

let folder: string;
let supergraphFile: string;
let subgraphs: Server;
const running: TestGateway[] = [];

beforeAll(async () => {
  const answer = JSON.stringify({ data: { a: { __typename: 'Node', id: '1' } } });
  subgraphs = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  await new Promise<void>((resolve) => subgraphs.listen(0, '127.0.0.1', resolve));
  const { port } = subgraphs.address() as AddressInfo;
  folder = await mkdtemp(join(tmpdir(), 'gateway-test-'));
  supergraphFile = join(folder, 'supergraph.graphql');
  await writeFile(
    supergraphFile,
    composePlanningGraph(() => `http://127.0.0.1:${port}`),
  );
});
afterAll(async () => {
  subgraphs?.close();
  subgraphs?.closeAllConnections();
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway.stop();
});

async function start(planning: Partial<GatewayConfig['planning']> = {}): Promise<TestGateway> {
  const limits = { ...limitless, timeLimitMs: 60_000, waiting: 100, ...planning };
  const gateway = await startTestGateway({ supergraphFile }, { planning: limits });
  running.push(gateway);
  return gateway;
}

/** Plannings so far, by result. */
async function plannings({ metrics }: TestGateway): Promise<Record<string, number>> {
  const metric = await metrics.registry.getSingleMetric('operation_planning_duration_seconds')?.get();
  const values = (metric?.values ?? []) as { metricName?: string; value: number; labels: { result?: string } }[];
  const counts = values.filter(({ metricName }) => metricName?.endsWith('_count'));
  return Object.fromEntries(counts.map(({ labels, value }) => [labels.result, value]));
}

/** Resolves when an operation that has not been seen before has come so far that it is planned. */
async function misses({ metrics }: TestGateway, count: number): Promise<void> {
  await vi.waitFor(async () => {
    const { values } = await metrics.operationLookups.get();
    expect(values.find(({ labels }) => labels.result === 'miss')?.value).toBe(count);
  });
}

const quick = (name: string) => `query ${name} { a { id } }`;
const answered = { status: 200, body: { data: { a: { id: '1' } } } };
const refused = (status: number, code: string) => ({
  status,
  body: { errors: [{ message: expect.stringMatching(/^[A-Z].{20,}\.$/), extensions: { code } }] },
});
const strict = { accept: 'application/graphql-response+json' };

it('a new operation is planned once, however many ask for it at once', async () => {
  const gateway = await start();
  const answers = await Promise.all(Array.from({ length: 50 }, () => gateway.query(quick('Once'))));
  for (const answer of answers) expect(answer).toMatchObject(answered);
  await gateway.query(quick('Once'));
  expect(await plannings(gateway)).toEqual({ planned: 1 });
});

describe('an operation that takes too long to plan', () => {
  it('is refused: PLANNING_TIMEOUT; others are planned after it, and those that are known are answered meanwhile', async () => {
    const gateway = await start({ timeLimitMs: 2_500 });
    await gateway.query(quick('Known'));
    let over = false;
    const endless = gateway.query(endlessOperation, {}, strict).finally(() => {
      over = true;
    });
    await misses(gateway, 2);
    const coming = Promise.all(['One', 'Two'].map((name) => gateway.query(quick(name))));
    expect(await gateway.query(quick('Known'))).toMatchObject(answered);
    expect(over).toBe(false);
    expect(await endless).toMatchObject(refused(400, 'PLANNING_TIMEOUT'));
    expect(await coming).toMatchObject([answered, answered]);
  });

  it('is not tried again at once', async () => {
    const gateway = await start({ timeLimitMs: 1_000 });
    const both = await Promise.all([gateway.query(endlessOperation), gateway.query(endlessOperation, {}, strict)]);
    const again = await gateway.query(endlessOperation, {}, strict);
    expect([...both, again]).toMatchObject([200, 400, 400].map((status) => refused(status, 'PLANNING_TIMEOUT')));
    expect(await plannings(gateway)).toEqual({ failed: 1 });
  });
});

it('an operation that no plan is found for is refused, and not tried again at once: PLANNING_FAILED', async () => {
  const gateway = await start({ pathsLimit: 1 });
  for (let round = 0; round < 3; round++) {
    const answer = await gateway.query(endlessOperation, {}, strict);
    expect(answer).toMatchObject(refused(500, 'PLANNING_FAILED'));
  }
  expect(await plannings(gateway)).toEqual({ failed: 1 });
  expect(await gateway.query(quick('Other'))).toMatchObject(answered);
});

it('more new operations than may wait are refused for now: PLANNER_BUSY', async () => {
  const gateway = await start({ timeLimitMs: 2_500, waiting: 1 });
  const endless = gateway.query(endlessOperation);
  await misses(gateway, 1);
  const waiting = gateway.query(quick('Waiting'));
  await misses(gateway, 2);
  for (const name of ['One', 'Two']) {
    expect(await gateway.query(quick(name), {}, strict)).toMatchObject(refused(503, 'PLANNER_BUSY'));
  }
  expect(await endless).toMatchObject(refused(200, 'PLANNING_TIMEOUT'));
  expect(await waiting).toMatchObject(answered);
  expect(await gateway.query(quick('One'))).toMatchObject(answered);
});
