import { uuidv7 } from '@leadgraph/kit';
import { eventually, type TestSubgraph } from '@leadgraph/kit/testing';
import type { LeadFacts } from '@leadgraph/schema';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sampleFacts } from './sampleFacts.js';
import { startEmulator, startTestAi, type TestAiOptions } from './startTestAi.js';

const operator = { kind: 'OPERATOR', sub: 'ops', scopes: [] } as const;
const QUALIFICATION = `query ($leads: [_Any!]!) { _entities(representations: $leads) { ... on Lead { id
  qualification { id leadId score tier decision engine fallbackReason model promptVersion inputHash cached costMicros latencyMs confidence nextAction
    missingFields reasons { code weight text } tokens { prompt completion total } lead { id } }
  qualifications { id } } } }`;
const QUALIFY = `mutation ($input: QualifyLeadInput!) { qualifyLead(input: $input) {
  id leadId status attempts failure qualification { id score engine fallbackReason cached } } }`;

let emulator: Awaited<ReturnType<typeof startEmulator>>;
let ai: TestSubgraph;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());
beforeEach(async () => {
  await fetch(`${emulator.url}/_emulator/reset`, { method: 'POST' });
});
afterEach(() => ai?.stop());

async function start(options: TestAiOptions = {}) {
  ai = await startTestAi(emulator.url, options);
}

const validated = (facts: LeadFacts, options?: Parameters<TestSubgraph['deliver']>[2]) =>
  ai.deliver('leads.lead.validated', { lead: facts }, options);

async function leadOf(leadId: string) {
  const { data, errors } = await ai.query(QUALIFICATION, { leads: [{ __typename: 'Lead', id: leadId }] }, operator);
  expect(errors).toBeUndefined();
  return data._entities[0];
}

async function completedFor(leadId: string, count = 1) {
  return eventually(async () => {
    const events = await ai.outbox('ai.qualification.completed');
    const own = events.filter((event) => (event.payload as { leadId: string }).leadId === leadId);
    expect(own).toHaveLength(count);
    return own.map((event) => event.payload as Record<string, unknown>);
  });
}

/** Qualifies one lead and says how it ended. */
async function qualify(facts = sampleFacts()) {
  await validated(facts);
  await completedFor(facts.leadId);
  return (await leadOf(facts.leadId)).qualification;
}

describe('a validated lead', () => {
  it('is qualified by the model and told to the others', async () => {
    await start();
    const facts = sampleFacts();
    await validated(facts);
    const [payload] = await completedFor(facts.leadId);
    const { qualification, qualifications } = await leadOf(facts.leadId);
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
    const started = await ai.outbox('ai.qualification.started');
    expect(started).toHaveLength(1);
    const { data } = await ai.query('query { qualificationBudget { spentMicros calls limitMicros } }', {}, operator);
    expect(data.qualificationBudget).toEqual({
      spentMicros: qualification.costMicros,
      calls: 1,
      limitMicros: 25_000_000,
    });
  });

  it('is asked about once when the event comes twice, and told again when leads asks again', async () => {
    await start();
    const facts = sampleFacts();
    const id = await validated(facts);
    await completedFor(facts.leadId);
    await validated(facts, { id });
    await validated(facts);
    const [first, second] = await completedFor(facts.leadId, 2);
    expect(second).toEqual(first);
    expect(await emulator.chatRequests()).toBe(1);
  });

  it('shares the answer with leads that look the same', async () => {
    await start();
    const first = await qualify();
    const second = await qualify(sampleFacts({ zip: '83703', language: 'es', sourceName: 'other' }));
    expect(second).toMatchObject({ cached: true, score: first.score, costMicros: 0, engine: 'LLM' });
    expect(second.inputHash).toBe(first.inputHash);
    expect(await emulator.chatRequests()).toBe(1);
  });

  it('is qualified anew when its facts change', async () => {
    await start();
    const facts = sampleFacts();
    await validated(facts);
    await completedFor(facts.leadId);
    await validated({ ...facts, missingFields: ['contact.dateOfBirth'] }, { version: 2 });
    await completedFor(facts.leadId, 2);
    const { qualifications } = await leadOf(facts.leadId);
    expect(qualifications).toHaveLength(2);
  });

  it('is left alone once it is withdrawn, even when the model answers afterwards', async () => {
    await emulator.set({ latencyMs: 300, latencySpread: 0 });
    await start();
    const facts = sampleFacts();
    await validated(facts);
    await eventually(async () => expect(await ai.outbox('ai.qualification.started')).toHaveLength(1));
    await ai.deliver('leads.lead.withdrawn', { leadId: facts.leadId, reason: null }, { version: 2 });
    await eventually(async () => expect(await runningJobs()).toBe(0));
    await validated(facts, { version: 1 });
    expect(await ai.outbox('ai.qualification.completed')).toHaveLength(0);
    expect((await leadOf(facts.leadId)).qualification).toBeNull();
    const { errors } = await ai.query(QUALIFY, { input: { leadId: facts.leadId } }, operator);
    expect(errors?.[0]?.extensions.code).toBe('LEAD_WITHDRAWN');
  });
});

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
      await emulator.set(settings);
      await start(options);
      const qualification = await qualify();
      expect(qualification).toMatchObject({ engine: 'SCORECARD', fallbackReason: reason, model: null, tier: 'HOT' });
    },
  );

  it('when the key is refused', async () => {
    const strict = await startEmulator({ apiKeys: new Set(['sk-another']) });
    try {
      ai = await startTestAi(strict.url);
      expect(await qualify()).toMatchObject({ engine: 'SCORECARD', fallbackReason: 'REJECTED' });
    } finally {
      await strict.stop();
    }
  });

  it('when nothing listens at the address of the model', async () => {
    ai = await startTestAi('http://127.0.0.1:1');
    expect(await qualify()).toMatchObject({ engine: 'SCORECARD', fallbackReason: 'UNAVAILABLE' });
  });

  it('when no key is configured', async () => {
    ai = await startTestAi(null);
    expect(await qualify()).toMatchObject({ engine: 'SCORECARD', fallbackReason: 'NO_MODEL' });
  });

  it('without asking the model any more once the circuit is open, and asks again after the pause', async () => {
    await emulator.set({ failureRate: 1 });
    await start({ resilience: { breakerMinimum: 3, breakerSize: 3, breakerOpenMs: 400 }, worker: { concurrency: 1 } });
    const reasons: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      reasons.push((await qualify(sampleFacts({ notes: `need a quote today, number ${index}` }))).fallbackReason);
    }
    expect(reasons).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', 'BREAKER_OPEN', 'BREAKER_OPEN']);
    expect(await emulator.chatRequests()).toBe(3);
    const { data } = await ai.query('{ health { ai { status failing } } }', {}, operator);
    expect(data.health.ai).toEqual({ status: 'DEGRADED', failing: ['model'] });
    await emulator.set({ failureRate: 0 });
    await eventually(async () => {
      const again = await qualify(sampleFacts({ notes: `again, ${uuidv7()}` }));
      expect(again.engine).toBe('LLM');
    });
  });

  it('only after the retries: a failure that passes is not noticed', async () => {
    await emulator.set({ failureRate: 0.5 });
    await start({ resilience: { retries: 5, timeLimitMs: 8_000 } });
    const engines: string[] = [];
    for (let index = 0; index < 4; index += 1)
      engines.push((await qualify(sampleFacts({ notes: `lead ${index}` }))).engine);
    expect(engines).toEqual(['LLM', 'LLM', 'LLM', 'LLM']);
    expect(await emulator.chatRequests()).toBeGreaterThan(4);
  });
});

describe('a worker that dies', () => {
  it('loses nothing: its jobs are taken over when the lease ends, and its late answer is dropped', async () => {
    await start({ worker: { leaseMs: 400 } });
    const facts = sampleFacts();
    await validated(facts);
    await completedFor(facts.leadId);
    // What a killed process leaves behind: a job in the hands of somebody who will never answer.
    const { db } = ai.running.tools;
    const jobId = uuidv7();
    await db.query(
      `INSERT INTO qualification_job (id, lead_id, status, attempts, lease_owner, due_at)
       VALUES ($1, $2, 'RUNNING', 1, $3, clock_timestamp() + interval '300 milliseconds')`,
      [jobId, facts.leadId, uuidv7()],
    );
    await completedFor(facts.leadId, 2);
    const { data } = await ai.query(
      'query ($id: ID!) { qualificationJob(id: $id) { status attempts } }',
      { id: jobId },
      operator,
    );
    expect(data.qualificationJob).toEqual({ status: 'COMPLETED', attempts: 2 });
    expect(await ai.outbox('ai.qualification.started')).toHaveLength(1);
  });

  it('keeps a job for as long as it lives, however long the model takes', async () => {
    await emulator.set({ latencyMs: 1_200, latencySpread: 0 });
    await start({ worker: { leaseMs: 300 } });
    const qualification = await qualify();
    expect(qualification.engine).toBe('LLM');
    expect(await emulator.chatRequests()).toBe(1);
    expect(await runningJobs()).toBe(0);
  });

  it('does not let a job that ends its workers do so for ever', async () => {
    await start();
    const facts = sampleFacts();
    await validated(facts);
    await completedFor(facts.leadId);
    const insert = (attempts: number) =>
      ai.running.tools.db.query(
        `INSERT INTO qualification_job (id, lead_id, status, attempts, due_at) VALUES ($1, $2, 'RUNNING', $3, now())`,
        [uuidv7(), facts.leadId, attempts],
      );
    await insert(3);
    await completedFor(facts.leadId, 2);
    expect((await leadOf(facts.leadId)).qualification).toMatchObject({
      engine: 'SCORECARD',
      fallbackReason: 'REPEATED_CRASH',
    });
    await insert(6);
    await eventually(async () => {
      const rows = await ai.running.tools.db.query("SELECT failure FROM qualification_job WHERE status = 'FAILED'");
      expect(rows).toEqual([{ failure: 'TOO_MANY_ATTEMPTS' }]);
    });
  });
});

describe('qualifyLead', () => {
  const request = (input: Record<string, unknown>, identity = operator as Parameters<TestSubgraph['query']>[2]) =>
    ai.query(QUALIFY, { input }, identity);

  async function knownLead() {
    const facts = sampleFacts();
    await validated(facts);
    await completedFor(facts.leadId);
    return facts;
  }

  it('answers at once with a job that can be followed', async () => {
    await start();
    const { leadId } = await knownLead();
    await emulator.set({ latencyMs: 200 });
    const { data } = await request({ leadId });
    expect(['QUEUED', 'RUNNING']).toContain(data.qualifyLead.status);
    const job = await eventually(async () => {
      const answer = await ai.query(
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
    await start();
    const { leadId } = await knownLead();
    const { data } = await request({ leadId, wait: true });
    expect(data.qualifyLead).toMatchObject({ status: 'COMPLETED', attempts: 1, qualification: { engine: 'LLM' } });
  });

  it('answers with the job still running when it takes too long', async () => {
    await start({ config: { longestWaitMs: 150 } });
    const { leadId } = await knownLead();
    await ai.running.tools.db.query('DELETE FROM llm_cache');
    await emulator.set({ latencyMs: 1_500, latencySpread: 0 });
    const { data } = await request({ leadId, wait: true });
    expect(data.qualifyLead).toMatchObject({ status: 'RUNNING', qualification: null });
  });

  it('gives everybody who asks meanwhile the same job', async () => {
    await start();
    const { leadId } = await knownLead();
    await ai.running.tools.db.query('DELETE FROM llm_cache');
    await emulator.set({ latencyMs: 300 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => request({ leadId })));
    expect(new Set(answers.map(({ data }) => data.qualifyLead.id)).size).toBe(1);
  });

  it('answers the same key with the same job, and refuses it for another lead', async () => {
    await start();
    const { leadId } = await knownLead();
    const other = await knownLead();
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
    await start();
    const old = uuidv7(Date.now() - 3_600_000);
    for (const leadId of [old, '3b241101-e2bb-4255-8caf-4136c566a962', 'nonsense']) {
      const { errors } = await request({ leadId });
      expect(errors?.[0]?.extensions).toMatchObject({ code: 'NOT_FOUND' });
    }
    const { errors } = await request({ leadId: uuidv7(), idempotencyKey: 'k-2' });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'LEAD_NOT_READY', retryable: true });
    const counts = await ai.running.tools.db.query(
      'SELECT (SELECT count(*) FROM qualification_job)::int AS jobs, (SELECT count(*) FROM idempotency_key)::int AS keys',
    );
    expect(counts).toEqual([{ jobs: 0, keys: 0 }]);
  });

  it('is not for everybody', async () => {
    await start();
    const { errors } = await request({ leadId: uuidv7() }, { kind: 'ANONYMOUS', sub: '', scopes: [] });
    expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
    const budget = await ai.query('{ qualificationBudget { day } }', {}, { kind: 'AGENT', sub: uuidv7(), scopes: [] });
    expect(budget.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });

  it('refuses an empty idempotency key', async () => {
    await start();
    const { errors } = await request({ leadId: uuidv7(), idempotencyKey: '' });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });
});

describe('many leads at once', () => {
  it('read their qualifications with one statement each kind', async () => {
    await start();
    const leads = Array.from({ length: 50 }, () => sampleFacts({ isTest: true }));
    for (const facts of leads) await validated(facts);
    await eventually(async () => expect(await ai.outbox('ai.qualification.completed')).toHaveLength(50));
    const { metrics } = ai.running.tools;
    const statements = async () => {
      const { values } = await metrics.statements.get();
      return values.find((value) => value.labels.origin === 'request')?.value ?? 0;
    };
    const before = await statements();
    const representations = leads.map(({ leadId }) => ({ __typename: 'Lead', id: leadId }));
    const { data } = await ai.query(QUALIFICATION, { leads: representations }, operator);
    expect(data._entities.map((lead: { id: string }) => lead.id)).toEqual(leads.map(({ leadId }) => leadId));
    expect(data._entities.every((lead: { qualification: unknown }) => lead.qualification !== null)).toBe(true);
    expect((await statements()) - before).toBe(2);
  });

  it('are worked off at the same time', async () => {
    await emulator.set({ latencyMs: 400, latencySpread: 0 });
    await start({ worker: { concurrency: 20 } });
    const leads = Array.from({ length: 20 }, (_, index) => sampleFacts({ notes: `number ${index}` }));
    for (const facts of leads) await validated(facts);
    const startedAt = performance.now();
    await eventually(async () => expect(await ai.outbox('ai.qualification.completed')).toHaveLength(20));
    expect(performance.now() - startedAt).toBeLessThan(4_000);
  });
});

async function runningJobs(): Promise<number> {
  const [{ count }] = await ai.running.tools.db.query(
    "SELECT count(*)::int AS count FROM qualification_job WHERE status IN ('QUEUED', 'RUNNING')",
  );
  return count;
}
