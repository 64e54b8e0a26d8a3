import { uuidv7 } from '@leadgraph/kit';
import { eventually } from '@leadgraph/kit/testing';
import { describe, expect, it } from 'vitest';
import { AiBench, operator } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';
import { startEmulator, type TestAiOptions } from './startTestAi.js';

const bench = new AiBench();

describe('the scorecard answers', () => {
  it.each([
    ['the model is down', { failureRate: 1 }, {}, 'UNAVAILABLE'],
    ['the model limits the rate', { rateLimitRate: 1 }, {}, 'UNAVAILABLE'],
    ['the model answers out of form', { malformedRate: 1 }, {}, 'MALFORMED'],
    ['the model is slow', { slowRate: 1, slowMs: 60_000 }, { resilience: { timeLimitMs: 150 } }, 'TIMEOUT'],
    ['the budget is spent', {}, { config: { dailyBudgetMicros: 100 } }, 'BUDGET'],
    ['test leads must not reach the model', {}, { config: { modelForTestLeads: false } }, 'TEST_LEAD'],
  ] as [string, Record<string, number>, TestAiOptions, string][])(
    'when %s',
    async (_when, settings, options, reason) => {
      await bench.emulator.set(settings);
      await bench.start(options);
      const qualification = await bench.qualify();
      expect(qualification).toMatchObject({ engine: 'SCORECARD', fallbackReason: reason, model: null, tier: 'HOT' });
    },
  );

  it('when the key is refused', async () => {
    const strict = await startEmulator({ apiKeys: new Set(['sk-another']) });
    try {
      await bench.start({}, strict.url);
      expect(await bench.qualify()).toMatchObject({ engine: 'SCORECARD', fallbackReason: 'REJECTED' });
    } finally {
      await strict.stop();
    }
  });

  it('when nothing listens at the address of the model', async () => {
    await bench.start({}, 'http://127.0.0.1:1');
    expect(await bench.qualify()).toMatchObject({ engine: 'SCORECARD', fallbackReason: 'UNAVAILABLE' });
  });

  it('when no key is configured', async () => {
    await bench.start({}, null);
    expect(await bench.qualify()).toMatchObject({ engine: 'SCORECARD', fallbackReason: 'NO_MODEL' });
  });

  it('without asking the model any more once the circuit is open, and asks again after the pause', async () => {
    await bench.emulator.set({ failureRate: 1 });
    await bench.start({
      resilience: { breakerMinimum: 3, breakerSize: 3, breakerOpenMs: 4_000 },
      worker: { concurrency: 1 },
    });
    const reasons: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      reasons.push((await bench.qualify(sampleFacts({ notes: `need a quote today, number ${index}` }))).fallbackReason);
    }
    expect(reasons).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', 'BREAKER_OPEN', 'BREAKER_OPEN']);
    expect(await bench.emulator.chatRequests()).toBe(3);
    const { data } = await bench.ai.query('{ health { ai { status failing } } }', {}, operator);
    expect(data.health.ai).toEqual({ status: 'DEGRADED', failing: ['model'] });
    await bench.emulator.set({ failureRate: 0 });
    await eventually(async () => {
      const again = await bench.qualify(sampleFacts({ notes: `again, ${uuidv7()}` }));
      expect(again.engine).toBe('LLM');
    }, 20_000);
  });

  it('only after the retries: a failure that passes is not noticed', async () => {
    await bench.emulator.set({ failureRate: 0.5 });
    await bench.start({ resilience: { retries: 5, timeLimitMs: 8_000 } });
    const engines: string[] = [];
    for (let index = 0; index < 4; index += 1)
      engines.push((await bench.qualify(sampleFacts({ notes: `lead ${index}` }))).engine);
    expect(engines).toEqual(['LLM', 'LLM', 'LLM', 'LLM']);
    expect(await bench.emulator.chatRequests()).toBeGreaterThan(4);
  });
});
