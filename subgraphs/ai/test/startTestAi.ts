import type { AddressInfo } from 'node:net';
import { buildOpenAiEmulator } from '@leadgraph/emulators/openai';
import { startTestSubgraph, type TestSubgraph } from '@leadgraph/kit/testing';
import type { AiConfig } from '../src/config.js';
import type { ResilienceOptions } from '../src/model/resilience.js';
import { buildAiSchema } from '../src/schema.js';
import { defaultThresholds } from '../src/scorecard/verdict.js';
import { aiStore, createAiDataSource } from '../src/store/aiDataSource.js';
import { wireAi } from '../src/wireAi.js';

export interface TestAiOptions {
  readonly resilience?: Partial<ResilienceOptions>;
  readonly config?: Partial<AiConfig>;
  readonly worker?: Partial<AiConfig['worker']>;
  readonly withNats?: boolean;
  readonly replicaUrl?: string;
  readonly clock?: Parameters<typeof startTestSubgraph>[0]['clock'];
}

/** An emulator of OpenAI on a port of its own, quick unless told otherwise. */
export async function startEmulator(settings: Parameters<typeof buildOpenAiEmulator>[0] = {}) {
  const app = buildOpenAiEmulator({ ...settings, settings: { latencyMs: 5, ...settings.settings } });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return {
    url,
    async set(change: Record<string, number>): Promise<void> {
      const answer = await fetch(`${url}/_emulator/settings`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(change),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async chatRequests(): Promise<number> {
      const stats = (await (await fetch(`${url}/_emulator/stats`)).json()) as { requests: { chat: number } };
      return stats.requests.chat;
    },
    reset: async () => void (await fetch(`${url}/_emulator/reset`, { method: 'POST' })),
    stop: () => app.close(),
  };
}

export function testConfig(modelUrl: string | null, options: TestAiOptions = {}): AiConfig {
  return {
    model:
      modelUrl === null
        ? null
        : {
            apiKey: 'sk-test-key',
            baseUrl: `${modelUrl}/v1`,
            model: 'gpt-4.1-mini',
            resilience: {
              timeLimitMs: 2_000,
              retries: 0,
              concurrency: 32,
              breakerThreshold: 0.5,
              breakerSize: 40,
              breakerMinimum: 40,
              breakerOpenMs: 60_000,
              ...options.resilience,
            },
          },
    price: null,
    modelForTestLeads: true,
    dailyBudgetMicros: 25_000_000,
    thresholds: defaultThresholds,
    longestWaitMs: 5_000,
    ...options.config,
    worker: { concurrency: 32, leaseMs: 10_000, pollMs: 100, mostAttempts: 3, ...options.worker },
  };
}

/** The whole subgraph with a database of its own; `modelUrl` null leaves the model out. */
export async function startTestAi(modelUrl: string | null, options: TestAiOptions = {}): Promise<TestSubgraph> {
  return startTestSubgraph({
    name: 'ai',
    schema: await buildAiSchema(),
    store: aiStore,
    createDataSource: (url, { metrics }) => createAiDataSource({ url, poolSize: 6, acquireTimeoutMs: 10_000, metrics }),
    // Without NATS there is nothing to drain, and the subgraph would wait for it in vain.
    config: { drainTimeoutMs: options.withNats ? 2_000 : 50 },
    wire: (tools) => wireAi(tools, testConfig(modelUrl, options)),
    replicaUrl: options.replicaUrl,
    ...(options.withNats !== undefined && { withNats: options.withNats }),
    ...(options.clock && { clock: options.clock }),
  });
}
