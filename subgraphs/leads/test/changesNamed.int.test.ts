import { ManualClock, uuidv7 } from '@leadgraph/kit';
import { type ChangeWatch, type TestSubgraph, watchChanges } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { defaultLimits } from '../src/config.js';
import { readMasterKeys } from '../src/privacy/masterKeys.js';
import { buildLeadsSchema } from '../src/schema.js';
import { wireLeads } from '../src/wire.js';
import {
  acme,
  agent,
  clerk,
  create,
  frontend,
  makeSource,
  operator,
  rival,
  startLeads,
  submission,
} from './leadsFixture.js';

const masterKeys = readMasterKeys(Buffer.alloc(32, 7).toString('base64'));
const clock = new ManualClock(new Date());
const agentId = uuidv7();
let leads: TestSubgraph;
let sourceId: string;
let watch: ChangeWatch;
beforeAll(async () => {
  leads = await startLeads({ clock, masterKeys });
  sourceId = await makeSource(leads, { dailyCap: 1_000 });
});
afterAll(() => leads.stop());
beforeEach(async () => {
  const { sdl } = await buildLeadsSchema();
  watch = watchChanges(leads, sdl, [operator, clerk, frontend, acme, rival, agent(agentId), agent(uuidv7())]);
});

const during: ChangeWatch['during'] = (name, write) => watch.during(name, write);

async function mutate(document: string, variables: Record<string, unknown>): Promise<void> {
  const { errors } = await leads.query(document, variables, operator);
  if (errors) throw new Error(JSON.stringify(errors));
}

async function sweep(name: string): Promise<void> {
  const { sweepers } = await wireLeads(leads.running.tools, { masterKeys, limits: defaultLimits, sweepEveryMs: 1_000 });
  await sweepers.find((sweeper) => sweeper.name === name)?.run(new AbortController().signal);
}

const completed = (leadId: string, decision: 'QUALIFIED' | 'NEEDS_REVIEW' | 'DISQUALIFIED', score = 70) =>
  leads.deliver('ai.qualification.completed', {
    leadId,
    qualificationId: uuidv7(),
    score,
    tier: 'WARM',
    decision,
    engine: 'LLM',
    reasonCodes: ['INTENT'],
  });

const captured = (leadId: string, by: string) =>
  leads.deliver('payments.charge.captured', {
    leadId,
    agentId: by,
    offerId: uuidv7(),
    chargeId: uuidv7(),
    holdId: uuidv7(),
    quoteId: uuidv7(),
    priceCents: 4_200,
  });

it('whatever changes of a lead on its way is named by an event', async () => {
  const { lead } = await create(leads, submission(sourceId, { maxSales: 3, notes: 'call me', externalId: uuidv7() }));
  const leadId: string = lead.id;
  await during('started', () => leads.deliver('ai.qualification.started', { leadId, jobId: uuidv7() }));
  await during('qualified', () => completed(leadId, 'QUALIFIED'));
  await during('routing', () => leads.deliver('agents.routing.started', { leadId, round: 1 }));
  await during('queued', () =>
    leads.deliver('agents.routing.completed', {
      leadId,
      round: 1,
      outcome: 'QUEUED',
      retryAt: new Date(clock.now().getTime() + 60_000).toISOString(),
      reasons: { SCHEDULE: 2 },
    }),
  );
  await leads.deliver('agents.routing.started', { leadId, round: 2 });
  await during('offered', () =>
    leads.deliver('agents.offer.offered', { leadId, agentId, offerId: uuidv7(), expiresAt: clock.now().toISOString() }),
  );
  await during('sold', () => captured(leadId, agentId));
  await during('sold again', () => captured(leadId, uuidv7()));
  await during('rescored', () => completed(leadId, 'QUALIFIED', 45));
  await during('bound', () =>
    leads.deliver('agents.assignment.changed', { assignmentId: uuidv7(), leadId, agentId, status: 'BOUND' }),
  );
  await during('returned', () =>
    leads.deliver('agents.assignment.changed', { assignmentId: uuidv7(), leadId, agentId, status: 'RETURNED' }),
  );
  await during('revokeConsent', () =>
    mutate('mutation ($id: ID!) { revokeConsent(leadId: $id, reason: "asked to") { id } }', { id: leadId }),
  );
  await during('sold too late', () => captured(leadId, uuidv7()));
  await during('eraseLead', () =>
    mutate('mutation ($id: ID!) { eraseLead(leadId: $id, reason: "asked to") { id } }', { id: leadId }),
  );
  expect(watch.faults).toEqual([]);
  expect([...watch.changed]).toEqual(
    expect.arrayContaining([
      'Lead.status',
      'Lead.version',
      'Lead.score',
      'Lead.retryAt',
      'Lead.soldCount',
      'Lead.buyers',
      'Lead.contact',
      'Lead.address',
      'Lead.details',
      'Lead.notes',
      'Lead.consent',
      'Lead.externalId',
      'Lead.timeline',
    ]),
  );
});

it('whatever operators and sweepers change of leads is named', async () => {
  const make = async (changes: Record<string, unknown> = {}): Promise<string> =>
    (await create(leads, submission(sourceId, changes))).lead.id;
  const [reviewed, refused, stuck, unsold] = [await make(), await make(), await make(), await make()];
  await during('to be reviewed', () => completed(reviewed, 'NEEDS_REVIEW'));
  await completed(refused, 'NEEDS_REVIEW');
  const review =
    'mutation ($id: ID!, $to: LeadReviewDecision!) { reviewLead(leadId: $id, decision: $to, reason: "x") { id } }';
  await during('reviewed', () => mutate(review, { id: reviewed, to: 'QUALIFIED' }));
  await during('disqualified', () => mutate(review, { id: refused, to: 'DISQUALIFIED' }));

  await completed(unsold, 'QUALIFIED');
  await leads.deliver('agents.routing.started', { leadId: unsold, round: 1 });
  await during('unsold', () =>
    leads.deliver('agents.routing.completed', {
      leadId: unsold,
      round: 1,
      outcome: 'UNSOLD',
      retryAt: null,
      reasons: { FUNDS: 1 },
    }),
  );
  await during('time', async () => clock.advance(defaultLimits.stuckAfterMs + 1_000));
  await during('asked again', () => sweep('overdue-leads'));
  await during('more time', async () => clock.advance(defaultLimits.unsoldExpiresAfterMs));
  await during('expired', () => sweep('overdue-leads'));
  for (const name of ['rewrap-keys', 'stale-claims', 'month-partitions']) await during(name, () => sweep(name));

  const email = 'nobody.else@mail.example.com';
  const person = { firstName: 'No', lastName: 'Body', email, phone: null, dateOfBirth: null };
  await make({ contact: person });
  await during('suppressed', () =>
    mutate('mutation ($input: SuppressInput!) { suppress(input: $input) { id } }', {
      input: { email, channels: ['EMAIL'], reason: 'asked to' },
    }),
  );
  await during('a duplicate, of the same household', () => make({ contact: person }));
  await during('another of the household', async () => {
    const address = { street: '1 Same Street', city: 'Chicago', state: 'IL', zip: '60601' };
    await make({ address });
    await make({ address });
  });
  expect(stuck).toBeDefined();
  expect(watch.faults).toEqual([]);
});

it('whatever changes of a source is named, wherever it is shown', async () => {
  await create(leads, submission(sourceId));
  await during('updateSource', () =>
    mutate('mutation ($id: ID!, $input: UpdateSourceInput!) { updateSource(id: $id, input: $input) { id } }', {
      id: sourceId,
      input: { name: `renamed ${uuidv7()}`, dailyCap: 7, pricing: { type: 'REVENUE_SHARE', basisPoints: 500 } },
    }),
  );
  expect(watch.faults).toEqual([]);
  expect([...watch.changed].sort()).toEqual(['Source.dailyCap', 'Source.name', 'Source.pricing']);
});

it('a change that no event names is found', async () => {
  const { lead } = await create(leads, submission(sourceId));
  await during('behind its back', () =>
    leads.database.db.query('UPDATE lead SET max_sales = 5 WHERE id = $1', [lead.id]),
  );
  await during('of a source', () => leads.database.db.query(`UPDATE source SET name = 'x' WHERE id = $1`, [sourceId]));
  expect(watch.faults).toContain('behind its back: Lead.maxSales, seen by FRONTEND, is named by nothing');
  expect(watch.faults).toContain('of a source: Source.name, seen by PARTNER, is named by nothing');
});
