import { eventually } from '@leadgraph/kit/testing';
import { describe, expect, it } from 'vitest';
import { AiBench, operator, QUALIFICATION, QUALIFY } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();

describe('many leads at once', () => {
  it('read their qualifications with one statement each kind', async () => {
    await bench.start();
    const leads = Array.from({ length: 50 }, () => sampleFacts({ isTest: true }));
    for (const facts of leads) await bench.validated(facts);
    await eventually(async () => expect(await bench.ai.outbox('ai.qualification.completed')).toHaveLength(50));
    const { metrics } = bench.ai.running.tools;
    const statements = async () => {
      const { values } = await metrics.statements.get();
      return values.find((value) => value.labels.origin === 'request')?.value ?? 0;
    };
    const before = await statements();
    const representations = leads.map(({ leadId }) => ({ __typename: 'Lead', id: leadId }));
    const { data } = await bench.ai.query(QUALIFICATION, { leads: representations }, operator);
    expect(data._entities.map((lead: { id: string }) => lead.id)).toEqual(leads.map(({ leadId }) => leadId));
    expect(data._entities.every((lead: { qualification: unknown }) => lead.qualification !== null)).toBe(true);
    expect((await statements()) - before).toBe(2);
  });

  it('are worked off at the same time', async () => {
    await bench.emulator.set({ latencyMs: 1_000, latencySpread: 0 });
    await bench.start({ worker: { concurrency: 20 } });
    const leads = Array.from({ length: 20 }, (_, index) => sampleFacts({ notes: `number ${index}` }));
    for (const facts of leads) await bench.validated(facts);
    const startedAt = performance.now();
    await eventually(async () => expect(await bench.ai.outbox('ai.qualification.completed')).toHaveLength(20), 20_000);
    // One after the other they would take 20 s.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  it('do not keep somebody waiting who asks for one of them', async () => {
    await bench.emulator.set({ latencyMs: 150, latencySpread: 0 });
    await bench.start({ worker: { concurrency: 1 } });
    const leads = Array.from({ length: 40 }, (_, index) => sampleFacts({ notes: `number ${index}` }));
    for (const facts of leads) await bench.validated(facts);
    const { data } = await bench.ai.query(QUALIFY, { input: { leadId: leads.at(-1)?.leadId, wait: true } }, operator);
    expect(data.qualifyLead.status).toBe('COMPLETED');
    expect(await bench.openJobs()).toBeGreaterThan(5);
  });
});
