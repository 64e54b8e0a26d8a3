import { eventually, standInReplica } from '@leadgraph/kit/testing';
import { expect, it } from 'vitest';
import { aiStore } from '../src/store/aiDataSource.js';
import { AiBench, operator, QUALIFY } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();
const calls = async () => {
  const { data, errors } = await bench.ai.query('{ qualificationBudget { calls } }', {}, operator);
  expect(errors).toBeUndefined();
  return data.qualificationBudget.calls;
};

it('what was spent is shown from the replica, and from the primary while that is away; qualifications and jobs never are', async () => {
  const replica = await standInReplica(aiStore);
  await bench.start({ replicaUrl: replica.url });
  const facts = sampleFacts();
  const qualification = await bench.qualify(facts);
  expect(qualification).toMatchObject({ engine: 'LLM' });
  expect((await bench.leadOf(facts.leadId)).qualifications).toEqual([{ id: qualification.id }]);
  expect(await calls()).toBe(0);

  const { data } = await bench.ai.query(QUALIFY, { input: { leadId: facts.leadId, wait: true } }, operator);
  expect(data.qualifyLead).toMatchObject({ leadId: facts.leadId, status: 'COMPLETED' });
  const job = await bench.ai.query(
    'query ($id: ID!) { qualificationJob(id: $id) { status } }',
    { id: data.qualifyLead.id },
    operator,
  );
  expect(job.data.qualificationJob).toEqual({ status: 'COMPLETED' });

  await replica.drop();
  await eventually(async () => expect(await calls()).toBe(1));
});
