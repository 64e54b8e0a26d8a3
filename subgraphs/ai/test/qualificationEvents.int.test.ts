import { anonymous, type Identity, uuidv7 } from '@leadgraph/kit';
import { eventually } from '@leadgraph/kit/testing';
import { expect, it } from 'vitest';
import { AiBench, operator, QUALIFY } from './aiBench.js';
import { sampleFacts } from './sampleFacts.js';

const bench = new AiBench();

/** What was published of a lead: kind and the job that the gateway asks for. */
async function heardOf(leadId: string): Promise<{ kind: string; job: string | undefined }[]> {
  const messages = (await bench.ai.outbox()).filter(
    ({ payload }) => (payload as { leadId?: string }).leadId === leadId,
  );
  return messages.map(({ type, kind, entities }) => ({
    kind: kind ?? type.split('.')[2]?.toUpperCase() ?? '',
    job: entities.find(({ __typename }) => __typename === 'QualificationJob')?.key,
  }));
}

async function entityOf(typename: string, id: string, identity: Identity): Promise<unknown> {
  const document = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${typename} { id } } }`;
  const { data, errors } = await bench.ai.query(document, { of: [{ __typename: typename, id }] }, identity);
  expect(errors).toBeUndefined();
  return data._entities[0];
}

it('a lead’s qualification is told when it is queued, runs and is done, all about one job', async () => {
  await bench.start();
  const facts = sampleFacts();
  await bench.validated(facts);
  await bench.completedFor(facts.leadId);
  const heard = await heardOf(facts.leadId);
  expect(heard.map(({ kind }) => kind)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);
  expect(new Set(heard.map(({ job }) => job)).size).toBe(1);
  expect(heard[0]?.job).toBeDefined();

  const { data } = await bench.ai.query(QUALIFY, { input: { leadId: facts.leadId, wait: true } }, operator);
  const again = (await heardOf(facts.leadId)).slice(3);
  expect(again).toEqual(['QUEUED', 'RUNNING', 'COMPLETED'].map((kind) => ({ kind, job: data.qualifyLead.id })));
});

it('joining a job that is open tells nothing, and an answer that is told again is about no job', async () => {
  await bench.emulator.set({ latencyMs: 200, latencySpread: 0 });
  await bench.start();
  const facts = sampleFacts();
  await bench.validated(facts);
  await bench.ai.query(QUALIFY, { input: { leadId: facts.leadId } }, operator);
  await bench.completedFor(facts.leadId);
  expect((await heardOf(facts.leadId)).map(({ kind }) => kind)).toEqual(['QUEUED', 'RUNNING', 'COMPLETED']);
  await bench.validated(facts);
  expect((await heardOf(facts.leadId)).at(-1)).toEqual({ kind: 'COMPLETED', job: undefined });
});

it('a job that came to nothing is told as well', async () => {
  await bench.emulator.set({ latencyMs: 300, latencySpread: 0 });
  await bench.start();
  const facts = sampleFacts();
  await bench.validated(facts);
  await eventually(async () => expect(await bench.ai.outbox('ai.qualification.started')).toHaveLength(1));
  await bench.ai.deliver('leads.lead.withdrawn', { leadId: facts.leadId, reason: null }, { version: 2 });
  const heard = await heardOf(facts.leadId);
  expect(heard.at(-1)).toEqual({ kind: 'FAILED', job: heard[0]?.job });
});

it('its entity is there for operators, frontends and the partner whose lead it is, and for nobody else', async () => {
  await bench.start();
  const facts = sampleFacts({ partner: 'acme' });
  await bench.validated(facts);
  await bench.completedFor(facts.leadId);
  const job = (await heardOf(facts.leadId))[0]?.job ?? '';
  const qualification = (await bench.leadOf(facts.leadId)).qualification.id;
  const as = (kind: Identity['kind'], sub: string): Identity => ({ kind, sub, scopes: [] });
  for (const [typename, id] of [
    ['QualificationJob', job],
    ['Qualification', qualification],
  ] as const) {
    for (const identity of [operator, as('FRONTEND', 'web'), as('PARTNER', 'acme')]) {
      expect(await entityOf(typename, id, identity)).toEqual({ id });
    }
    for (const identity of [anonymous, as('PARTNER', 'rival'), as('AGENT', uuidv7()), as('AGENT', 'acme')]) {
      expect(await entityOf(typename, id, identity)).toBeNull();
    }
    expect(await entityOf(typename, 'no id', operator)).toBeNull();
  }
});

it('subscriptions are the gateway’s: asked itself, the subgraph says so', async () => {
  await bench.start();
  const { errors } = await bench.ai.query('subscription { qualification(leadId: "x") { kind } }', {}, operator);
  expect(errors?.[0]?.extensions.code).toBe('SUBSCRIBE_AT_GATEWAY');
});
