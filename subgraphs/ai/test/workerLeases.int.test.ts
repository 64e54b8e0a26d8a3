import { uuidv7 } from '@leadgraph/kit';
import { eventually } from '@leadgraph/kit/testing';
import { describe, expect, it } from 'vitest';
import { AiBench, operator } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();

describe('a worker that dies', () => {
  it('loses nothing: its jobs are taken over when the lease ends, and its late answer is dropped', async () => {
    await bench.start({ worker: { leaseMs: 400 } });
    const facts = sampleFacts();
    await bench.validated(facts);
    await bench.completedFor(facts.leadId);
    // What a killed process leaves behind: a job in the hands of somebody who will never answer.
    const { db } = bench.ai.running.tools;
    const jobId = uuidv7();
    await db.query(
      `INSERT INTO qualification_job (id, lead_id, status, attempts, lease_owner, due_at)
       VALUES ($1, $2, 'RUNNING', 1, $3, clock_timestamp() + interval '300 milliseconds')`,
      [jobId, facts.leadId, uuidv7()],
    );
    await bench.completedFor(facts.leadId, 2);
    const { data } = await bench.ai.query(
      'query ($id: ID!) { qualificationJob(id: $id) { status attempts } }',
      { id: jobId },
      operator,
    );
    expect(data.qualificationJob).toEqual({ status: 'COMPLETED', attempts: 2 });
    expect(await bench.ai.outbox('ai.qualification.started')).toHaveLength(1);
  });

  it('keeps a job for as long as it lives, however long the model takes', async () => {
    await bench.emulator.set({ latencyMs: 1_200, latencySpread: 0 });
    await bench.start({ worker: { leaseMs: 300 } });
    const qualification = await bench.qualify();
    expect(qualification.engine).toBe('LLM');
    expect(await bench.emulator.chatRequests()).toBe(1);
    expect(await bench.openJobs()).toBe(0);
  });

  it('does not let a job that ends its workers do so for ever', async () => {
    await bench.start();
    const facts = sampleFacts();
    await bench.validated(facts);
    await bench.completedFor(facts.leadId);
    const insert = (attempts: number) =>
      bench.ai.running.tools.db.query(
        `INSERT INTO qualification_job (id, lead_id, status, attempts, due_at) VALUES ($1, $2, 'RUNNING', $3, now())`,
        [uuidv7(), facts.leadId, attempts],
      );
    await insert(3);
    await bench.completedFor(facts.leadId, 2);
    expect((await bench.leadOf(facts.leadId)).qualification).toMatchObject({
      engine: 'SCORECARD',
      fallbackReason: 'REPEATED_CRASH',
    });
    await insert(6);
    await eventually(async () => {
      const rows = await bench.ai.running.tools.db.query(
        "SELECT failure FROM qualification_job WHERE status = 'FAILED'",
      );
      expect(rows).toEqual([{ failure: 'TOO_MANY_ATTEMPTS' }]);
    });
  });
});
