import { eventually } from '@leadgraph/kit/testing';
import { describe, expect, it } from 'vitest';
import { AiBench, operator, QUALIFY } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();

describe('a validated lead', () => {
  it('is qualified by the model and told to the others', async () => {
    await bench.start();
    const facts = sampleFacts();
    await bench.validated(facts);
    const [payload] = await bench.completedFor(facts.leadId);
    const { qualification, qualifications } = await bench.leadOf(facts.leadId);
    expect(payload).toEqual({
      leadId: facts.leadId,
      qualificationId: qualification.id,
      score: qualification.score,
      tier: qualification.tier,
      decision: qualification.decision,
      engine: 'LLM',
      reasonCodes: qualification.reasons.map((reason: { code: string }) => reason.code),
    });
    expect(qualification).toMatchObject({
      leadId: facts.leadId,
      tier: 'HOT',
      decision: 'QUALIFIED',
      nextAction: 'CALL_NOW',
      engine: 'LLM',
      fallbackReason: null,
      model: 'gpt-4.1-mini',
      cached: false,
      lead: { id: facts.leadId },
    });
    expect(qualification.score).toBeGreaterThanOrEqual(80);
    expect(qualification.tokens.total).toBeGreaterThan(400);
    expect(qualification.costMicros).toBeGreaterThan(100);
    expect(qualification.promptVersion).toMatch(/^lead-qualification-1\./);
    expect(qualifications).toEqual([{ id: qualification.id }]);
    const started = await bench.ai.outbox('ai.qualification.started');
    expect(started).toHaveLength(1);
    const { data } = await bench.ai.query(
      'query { qualificationBudget { spentMicros calls limitMicros } }',
      {},
      operator,
    );
    expect(data.qualificationBudget).toEqual({
      spentMicros: qualification.costMicros,
      calls: 1,
      limitMicros: 25_000_000,
    });
  });

  it('is asked about once when the event comes twice, and told again when leads asks again', async () => {
    await bench.start();
    const facts = sampleFacts();
    const id = await bench.validated(facts);
    await bench.completedFor(facts.leadId);
    await bench.validated(facts, { id });
    await bench.validated(facts);
    const [first, second] = await bench.completedFor(facts.leadId, 2);
    expect(second).toEqual(first);
    expect(await bench.emulator.chatRequests()).toBe(1);
  });

  it('shares the answer with leads that look the same', async () => {
    await bench.start();
    const first = await bench.qualify();
    const second = await bench.qualify(sampleFacts({ zip: '83703', language: 'es', sourceName: 'other' }));
    expect(second).toMatchObject({ cached: true, score: first.score, costMicros: 0, engine: 'LLM' });
    expect(second.inputHash).toBe(first.inputHash);
    expect(await bench.emulator.chatRequests()).toBe(1);
  });

  it('is qualified anew when its facts change', async () => {
    await bench.start();
    const facts = sampleFacts();
    await bench.validated(facts);
    await bench.completedFor(facts.leadId);
    await bench.validated({ ...facts, missingFields: ['contact.dateOfBirth'] }, { version: 2 });
    await bench.completedFor(facts.leadId, 2);
    const { qualifications } = await bench.leadOf(facts.leadId);
    expect(qualifications).toHaveLength(2);
  });

  it('is left alone once it is withdrawn, even when the model answers afterwards', async () => {
    await bench.emulator.set({ latencyMs: 300, latencySpread: 0 });
    await bench.start();
    const facts = sampleFacts();
    await bench.validated(facts);
    await eventually(async () => expect(await bench.ai.outbox('ai.qualification.started')).toHaveLength(1));
    await bench.ai.deliver('leads.lead.withdrawn', { leadId: facts.leadId, reason: null }, { version: 2 });
    await eventually(async () => expect(await bench.openJobs()).toBe(0));
    await bench.validated(facts, { version: 1 });
    expect(await bench.ai.outbox('ai.qualification.completed')).toHaveLength(0);
    expect((await bench.leadOf(facts.leadId)).qualification).toBeNull();
    const { errors } = await bench.ai.query(QUALIFY, { input: { leadId: facts.leadId } }, operator);
    expect(errors?.[0]?.extensions.code).toBe('LEAD_WITHDRAWN');
  });
});
