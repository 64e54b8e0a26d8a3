import { uuidv7 } from '@leadgraph/kit';
import { eventually, type TestSubgraph } from '@leadgraph/kit/testing';
import { describe, expect, it } from 'vitest';
import { AiBench, operator, QUALIFY } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();

describe('qualifyLead', () => {
  const request = (input: Record<string, unknown>, identity = operator as Parameters<TestSubgraph['query']>[2]) =>
    bench.ai.query(QUALIFY, { input }, identity);

  async function knownLead(change: Parameters<typeof sampleFacts>[0] = {}) {
    const facts = sampleFacts(change);
    await bench.validated(facts);
    await bench.completedFor(facts.leadId);
    return facts;
  }

  it('answers at once with a job that can be followed', async () => {
    await bench.start();
    const { leadId } = await knownLead();
    await bench.emulator.set({ latencyMs: 200 });
    const { data } = await request({ leadId });
    expect(['QUEUED', 'RUNNING']).toContain(data.qualifyLead.status);
    const job = await eventually(async () => {
      const answer = await bench.ai.query(
        'query ($id: ID!) { qualificationJob(id: $id) { status leadId qualification { engine cached } } }',
        { id: data.qualifyLead.id },
        operator,
      );
      expect(answer.data.qualificationJob.status).toBe('COMPLETED');
      return answer.data.qualificationJob;
    });
    expect(job).toEqual({ status: 'COMPLETED', leadId, qualification: { engine: 'LLM', cached: true } });
  });

  it('waits for the result when asked to', async () => {
    await bench.start();
    const { leadId } = await knownLead();
    const { data } = await request({ leadId, wait: true });
    expect(data.qualifyLead).toMatchObject({ status: 'COMPLETED', attempts: 1, qualification: { engine: 'LLM' } });
  });

  it('answers with the job still running when it takes too long', async () => {
    await bench.start({ config: { longestWaitMs: 150 } });
    const { leadId } = await knownLead();
    await bench.ai.running.tools.db.query('DELETE FROM llm_cache');
    await bench.emulator.set({ latencyMs: 1_500, latencySpread: 0 });
    const { data } = await request({ leadId, wait: true });
    expect(data.qualifyLead).toMatchObject({ status: 'RUNNING', qualification: null });
  });

  it('gives everybody who asks meanwhile the same job', async () => {
    await bench.start();
    const { leadId } = await knownLead();
    await bench.ai.running.tools.db.query('DELETE FROM llm_cache');
    await bench.emulator.set({ latencyMs: 300 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => request({ leadId })));
    expect(new Set(answers.map(({ data }) => data.qualifyLead.id)).size).toBe(1);
  });

  it('answers the same key with the same job, and refuses it for another lead', async () => {
    await bench.start();
    const { leadId } = await knownLead();
    const other = await knownLead({ partner: 'acme' });
    const first = await request({ leadId, wait: true, idempotencyKey: 'k-1' });
    const again = await request({ leadId, idempotencyKey: 'k-1' });
    expect(again.data.qualifyLead).toEqual(first.data.qualifyLead);
    const reused = await request({ leadId: other.leadId, idempotencyKey: 'k-1' });
    expect(reused.errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_KEY_REUSED');
    const partner = { kind: 'PARTNER', sub: 'acme', scopes: [] } as const;
    const elsewhere = await request({ leadId: other.leadId, idempotencyKey: 'k-1' }, partner);
    expect(elsewhere.errors).toBeUndefined();
  });

  it('tells an unknown lead from one that may still be on its way, and leaves no trace', async () => {
    await bench.start();
    const old = uuidv7(Date.now() - 3_600_000);
    for (const leadId of [old, '3b241101-e2bb-4255-8caf-4136c566a962', 'nonsense']) {
      const { errors } = await request({ leadId });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    }
    const { errors } = await request({ leadId: uuidv7(), idempotencyKey: 'k-2' });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LEAD_NOT_READY', retryable: true });
    const counts = await bench.ai.running.tools.db.query(
      'SELECT (SELECT count(*) FROM qualification_job)::int AS jobs, (SELECT count(*) FROM idempotency_key)::int AS keys',
    );
    expect(counts).toEqual([{ jobs: 0, keys: 0 }]);
  });

  it('is for a partner of the leads that it sent: others are not there for it, nor their jobs', async () => {
    await bench.start();
    const { leadId } = await knownLead({ partner: 'acme' });
    const partner = (sub: string) => ({ kind: 'PARTNER', sub, scopes: [] }) as const;
    const JOB = 'query ($id: ID!) { qualificationJob(id: $id) { id leadId } }';
    const { id } = (await request({ leadId }, partner('acme'))).data.qualifyLead;
    expect((await bench.ai.query(JOB, { id }, partner('acme'))).data.qualificationJob).toEqual({ id, leadId });
    const refused = await request({ leadId }, partner('rival'));
    expect(refused.errors?.[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await bench.ai.query(JOB, { id }, partner('rival'))).data).toEqual({ qualificationJob: null });
    const nobodys = await knownLead();
    expect((await request({ leadId: nobodys.leadId }, partner('acme'))).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('is not for everybody', async () => {
    await bench.start();
    const agent = { kind: 'AGENT', sub: uuidv7(), scopes: [] } as const;
    expect((await request({ leadId: uuidv7() }, agent)).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    const { errors } = await request({ leadId: uuidv7() }, { kind: 'ANONYMOUS', sub: '', scopes: [] });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const budget = await bench.ai.query(
      '{ qualificationBudget { day } }',
      {},
      { kind: 'AGENT', sub: uuidv7(), scopes: [] },
    );
    expect(budget.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('refuses an empty idempotency key', async () => {
    await bench.start();
    const { errors } = await request({ leadId: uuidv7(), idempotencyKey: '' });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});
