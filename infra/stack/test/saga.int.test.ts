import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PROJECT_ROOT, type ServiceName, type SubgraphName } from '../src/config.ts';
import { demoBars } from '../src/demo/demoFigures.ts';
import { readDemoLeads } from '../src/demo/readDemoLeads.ts';
import { type DemoProgress, type DemoResult, runDemo } from '../src/demo/runDemo.ts';
import { seed } from '../src/demo/seed.ts';
import { countOpen } from '../src/demo/untilSettled.ts';
import { createGraphClient, type GraphClient } from '../src/graph/graphClient.ts';
import type { Platform } from '../src/platform.ts';
import { followOffers, type OfferEvents } from './followOffers.ts';
import { readCounter } from './serviceMetrics.ts';
import { startTestPlatform, type TestPlatform } from './startTestPlatform.ts';
import { storeFaults } from './storeFaults.ts';

const START_MS = 120_000;
const RUN_MS = 120_000;

let test: TestPlatform;
let platform: Platform;
let operatorToken: string;
let operator: GraphClient;

beforeAll(async () => {
  test = await startTestPlatform();
  platform = test.platform;
  operatorToken = await platform.issueToken({ kind: 'OPERATOR', sub: 'ops' });
  operator = createGraphClient({ graphqlUrl: platform.urls.graphql, token: operatorToken });
  await seed({ graphqlUrl: platform.urls.graphql, operatorToken });
}, START_MS);

afterAll(() => test?.stop());

/** A run over the first `count` leads of the demo, with offers that last a second. */
async function demo(count: number, onProgress?: (progress: DemoProgress) => void): Promise<DemoResult> {
  const leads = (await readDemoLeads()).slice(0, count);
  return runDemo({
    graphqlUrl: platform.urls.graphql,
    issueToken: platform.issueToken,
    leads,
    windowSeconds: 1,
    settleTimeoutMs: 60_000,
    ...(onProgress && { onProgress }),
  });
}

/** Everything that a run must leave behind, whatever happened during it. */
async function expectSettled({ figures, posted }: DemoResult): Promise<void> {
  expect(demoBars(figures).filter(({ ok }) => !ok)).toEqual([]);
  const leadIds = [...new Set(posted.map(({ outcome }) => outcome.leadId ?? 'none'))];
  expect(figures.received).toBe(leadIds.length);
  expect(new Set(posted.map(({ lead }) => lead.externalId)).size).toBe(leadIds.length);
  // Released holds and changed wallets are still being told of when the last lead has settled.
  await vi.waitFor(async () => expect(await storeFaults(platform, leadIds)).toEqual([]), {
    timeout: 15_000,
    interval: 300,
  });
}

describe('a run of the demo', () => {
  it('is prepared by demo data that go in once', async () => {
    const again = await seed({ graphqlUrl: platform.urls.graphql, operatorToken });
    expect(again).toEqual({ sources: 0, agencies: 0, agents: 0 });
    const { agents } = await operator.request<{ agents: { totalCount: { value: number } } }>(
      '{ agents(first: 1) { totalCount { value } } }',
    );
    expect(agents.totalCount.value).toBe(200);
  });

  it(
    'settles every lead, and charges each sale once at its quote',
    async () => {
      const result = await demo(120);
      await expectSettled(result);
      const { figures } = result;
      expect(figures.run).toBe(0);
      expect(figures.soldLeads).toBeGreaterThan(60);
      expect(Object.keys(figures.rejectedByCode).length).toBeGreaterThan(6);
      expect(figures.duplicates).toBeGreaterThan(1);
      expect(figures.replayed).toBeGreaterThanOrEqual(1);
      expect(figures.revenueCents).toBeGreaterThan(100_000);
    },
    RUN_MS,
  );
});

describe('a list of leads with everything about them', () => {
  const operation = /* GraphQL */ `
    query LeadsWithEverything($first: Int!) {
      leads(first: $first) {
        edges {
          node {
            id status
            source { name }
            qualification { score tier engine }
            offers { id status agent { id name } charge { id priceCents } }
            quotes { id priceCents }
          }
        }
      }
    }
  `;
  const subgraphs = ['leads', 'agents', 'payments', 'ai'] as const;

  async function statementsFor(first: number): Promise<Record<SubgraphName, number>> {
    const read = () =>
      Promise.all(subgraphs.map((name) => readCounter(platform, name, 'sql_statements_total', { origin: 'request' })));
    const before = await read();
    const { leads } = await operator.request<{ leads: { edges: unknown[] } }>(operation, { first });
    const after = await read();
    expect(leads.edges).toHaveLength(first);
    return Object.fromEntries(
      subgraphs.map((name, index) => [name, (after[index] ?? 0) - (before[index] ?? 0)]),
    ) as Record<SubgraphName, number>;
  }

  it('costs one statement an entity type and level, however many leads there are', async () => {
    await statementsFor(1);
    const few = await statementsFor(5);
    // leads: leads, sources. agents: offers, their agents. payments: quotes, charges. ai: qualifications.
    expect(few).toEqual({ leads: 2, agents: 2, payments: 2, ai: 1 });
    expect(await statementsFor(50)).toEqual(few);
  });
});

describe('npm run leads:import', () => {
  it('that is killed goes on where it stopped: every row once in the platform, each rejected one once in the file', async () => {
    const rows = (await readDemoLeads()).slice(0, 400).map((lead, index) => ({
      ...lead,
      externalId: `import-${index}`,
      // Rejected, so that nothing is left to do for these leads while the other tests run.
      contact: { firstName: lead.contact.firstName, phone: '000' },
    }));
    const file = join(test.folder, 'leads.ndjson');
    writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'));
    const run = () => {
      const script = join(PROJECT_ROOT, 'infra/stack/src/leadsImport.ts');
      const args = [script, file, '--url', platform.urls.graphql, '--token', operatorToken, '--concurrency', '4'];
      return spawn(process.execPath, args, { stdio: 'ignore' });
    };
    const begun = Date.now();
    const killed = run();
    const noted = () => JSON.parse(readFileSync(`${file}.progress.json`, 'utf8')) as { rows: number };
    await vi.waitFor(() => expect(noted().rows).toBeGreaterThan(40), { timeout: 20_000, interval: 5 });
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    expect(noted().rows).toBeLessThan(400);

    const [code] = await once(run(), 'exit');
    expect(code).toBe(1);
    expect(noted().rows).toBe(400);
    const rejected = readFileSync(`${file}.rejected.ndjson`, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rejected.map(({ row }) => row)).toEqual(rows.map((_, index) => index + 1));
    expect(rejected.every(({ codes }) => codes.includes('PHONE_INVALID'))).toBe(true);
    const found = await operator.request<{ leads: { totalCount: { value: number } } }>(
      'query Rejected($from: DateTimeISO!) { leads(filter: { status: [REJECTED], receivedFrom: $from }, first: 1) { totalCount { value } } }',
      { from: new Date(begun).toISOString() },
    );
    expect(found.leads.totalCount.value).toBe(400);
  }, 60_000);
});

describe('a process that is killed in the middle of a run and started again', () => {
  /** What shows that a service works for the run: a counter of its own, or that of what is published through it. */
  const workOf: Record<'leads' | 'agents' | 'payments' | 'ai' | 'nats', [SubgraphName, string]> = {
    leads: ['leads', 'inbox_messages_total'],
    agents: ['agents', 'inbox_messages_total'],
    payments: ['payments', 'inbox_messages_total'],
    ai: ['ai', 'outbox_published_total'],
    nats: ['leads', 'outbox_published_total'],
  };

  it.each(Object.keys(workOf) as (keyof typeof workOf)[])(
    '%s: nothing is lost, nothing is doubled',
    async (name) => {
      const work = () => readCounter(platform, ...workOf[name]);
      const from = new Date();
      const before = await work();
      const run = demo(40);
      run.catch(() => undefined);
      await vi.waitFor(
        async () => {
          expect(await work()).toBeGreaterThan(before + 5);
          expect((await countOpen(operator, from)).leads).toBeGreaterThan(5);
        },
        { timeout: 30_000, interval: 20 },
      );
      await killAndStart(name);
      await expectSettled(await run);
    },
    RUN_MS,
  );
});

describe('agents who follow their offers live', () => {
  it(
    'get every event about these once and in order, while the gateway, their subgraph and NATS are killed',
    async () => {
      const followed = await followOffers(platform, operatorToken);
      const count = (events: OfferEvents) => [...events.values()].flat().length;
      const run = demo(80);
      run.catch(() => undefined);
      for (const [name, heard] of [
        ['gateway', 5],
        ['agents', 25],
        ['nats', 45],
      ] as const) {
        await vi.waitFor(() => expect(count(followed.seen)).toBeGreaterThan(heard), { timeout: 40_000, interval: 20 });
        await killAndStart(name);
      }
      await expectSettled(await run);
      const published = await followed.published();
      expect(count(published)).toBeGreaterThan(80);
      await vi.waitFor(() => expect(count(followed.seen)).toBeGreaterThanOrEqual(count(published)), {
        timeout: 30_000,
        interval: 100,
      });
      expect(Object.fromEntries(followed.seen)).toEqual(Object.fromEntries(published));
      expect(await followed.stop()).toEqual([]);
    },
    RUN_MS,
  );
});

async function killAndStart(name: ServiceName): Promise<void> {
  const service = platform.service(name);
  expect(service.state).toBe('ready');
  await service.kill('SIGKILL');
  expect(service.pid).toBeUndefined();
  await service.start();
}
