import { uuidv7 } from '@leadgraph/kit';
import { type ChangeWatch, eventually, watchChanges } from '@leadgraph/kit/testing';
import { expect, it } from 'vitest';
import { buildAiSchema } from '../src/schema.js';
import { AiBench, operator, QUALIFY } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();
const identities = [
  operator,
  { kind: 'FRONTEND', sub: 'web', scopes: [] },
  { kind: 'PARTNER', sub: 'acme', scopes: [] },
  { kind: 'AGENT', sub: uuidv7(), scopes: [] },
] as const;

async function watching(leadId: string): Promise<ChangeWatch> {
  const watch = watchChanges(bench.ai, (await buildAiSchema()).sdl, identities);
  watch.entity('Lead', leadId);
  return watch;
}

it('whatever changes of a lead’s qualifications is named by an event', async () => {
  await bench.start();
  const facts = sampleFacts({ partner: 'acme' });
  const { leadId } = facts;
  const watch = await watching(leadId);
  await watch.during('validated, and qualified', async () => {
    await bench.validated(facts);
    await bench.completedFor(leadId);
  });
  await watch.during('qualified anew', async () => {
    await bench.ai.query(QUALIFY, { input: { leadId, wait: true } }, operator);
    await bench.completedFor(leadId, 2);
  });
  await watch.during('validated again', async () => {
    await bench.validated(facts, { version: 3 });
    await bench.completedFor(leadId, 3);
  });
  await watch.during('withdrawn', () =>
    bench.ai.deliver('leads.lead.withdrawn', { leadId, reason: null }, { version: 4 }),
  );
  await eventually(async () => expect(await bench.openJobs()).toBe(0));
  expect(await watch.compareCallers()).toEqual({
    faults: [],
    fields: ['Lead.id', 'Lead.qualification', 'Lead.qualifications'],
  });
  expect(watch.faults).toEqual([]);
  expect([...watch.changed].sort()).toEqual(['Lead.qualification', 'Lead.qualifications']);
});

it('a change that no event names is found', async () => {
  await bench.start();
  const facts = sampleFacts();
  const watch = await watching(facts.leadId);
  await bench.qualify(facts);
  await watch.during('behind its back', () =>
    bench.ai.database.db.query('UPDATE qualification SET score = 1 WHERE lead_id = $1', [facts.leadId]),
  );
  expect(watch.faults).toContain('behind its back: Qualification.score, seen by AGENT, is named by nothing');
});
