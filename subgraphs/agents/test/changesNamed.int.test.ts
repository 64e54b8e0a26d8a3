import { uuidv7 } from '@leadgraph/kit';
import { type ChangeWatch, watchChanges } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildAgentsSchema } from '../src/schema.js';
import { expireOffers } from '../src/sweepers/expireOffers.js';
import { resendAnnouncements } from '../src/sweepers/resendAnnouncements.js';
import { routeQueued } from '../src/sweepers/routeQueued.js';
import { type AgentsTestbed, operator, startAgents } from './agentsTestbed.js';
import { leadFacts } from './leadFacts.js';

let agents: AgentsTestbed;
let watch: ChangeWatch;
beforeAll(async () => {
  agents = await startAgents();
});
afterAll(() => agents.stop());

const frontend = { kind: 'FRONTEND', sub: 'web', scopes: [] } as const;
const stranger = { kind: 'AGENT', sub: uuidv7(), scopes: [] } as const;

async function watching(): Promise<ChangeWatch> {
  watch = watchChanges(agents.subgraph, (await buildAgentsSchema()).sdl, [operator, frontend, stranger]);
  return watch;
}

/** The offer of a lead to an agent. */
async function offerTo(leadId: string, agentId: string) {
  const offer = (await agents.offers(leadId)).findLast((each) => each.agentId === agentId);
  if (!offer) throw new Error('there is no such offer');
  return offer;
}

const sweep = (sweeper: { run(signal: AbortSignal): Promise<unknown> }) => sweeper.run(new AbortController().signal);

it('whatever changes of agents, campaigns, offers and routings is named by an event', async () => {
  const { during } = bound(await watching());
  const buyer = await agents.buyer();
  watch.as(buyer.identity);
  const second = await agents.buyer();
  watch.as(second.identity);

  await during('updateAgent', () =>
    agents.ok('mutation ($id: ID!, $input: UpdateAgentInput!) { updateAgent(id: $id, input: $input) { id } }', {
      id: buyer.agentId,
      input: {
        name: 'Renamed',
        phone: '+12145550148',
        email: 'renamed@example.com',
        carriers: ['Acme Mutual'],
        agencyId: second.agencyId,
      },
    }),
  );
  await during('setAvailability', () =>
    agents.ok('mutation { setAvailability(availability: AWAY) { id } }', {}, buyer.identity),
  );
  await agents.ok('mutation { setAvailability(availability: AVAILABLE) { id } }', {}, buyer.identity);
  await during('createCampaign', () =>
    agents.ok('mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { id } }', {
      input: { agentId: buyer.agentId, name: 'Homes', line: 'HOME', states: ['TX'], mode: 'SHARED', bidCents: 3_000 },
    }),
  );
  await during('updateCampaign', () =>
    agents.ok('mutation ($id: ID!, $input: UpdateCampaignInput!) { updateCampaign(id: $id, input: $input) { id } }', {
      id: buyer.campaignId,
      input: { states: ['TX', 'OK'], caps: [{ period: 'DAY', count: 50 }], minScore: 10 },
    }),
  );
  await during('pauseCampaign', () =>
    agents.ok('mutation ($id: ID!) { pauseCampaign(id: $id) { id } }', { id: buyer.campaignId }),
  );
  await agents.ok('mutation ($id: ID!) { resumeCampaign(id: $id) { id } }', { id: buyer.campaignId });
  await during('a wallet changes', () => agents.fund(buyer.agentId, 500_000));

  // A lead whose facts come before its quotes, sold to one, lost by the other.
  const facts = leadFacts({ receivedAt: agents.clock.now().toISOString(), maxSales: 1 });
  const { leadId } = facts;
  watch.entity('Lead', leadId);
  await during('qualified', () =>
    agents.deliver('leads.lead.qualified', { lead: facts, score: 70, tier: 'WARM' }, { version: 4 }),
  );
  await during('quoted', () => agents.quote(leadId));
  await during('rescored', () =>
    agents.deliver('leads.lead.rescored', { leadId, score: 80, tier: 'HOT' }, { version: 5 }),
  );
  const [first, other] = [await offerTo(leadId, buyer.agentId), await offerTo(leadId, second.agentId)];
  await during('held', () => agents.hold(first));
  await during('held for the other', () => agents.hold(other));
  await during('accepted, and taken from the other', () => agents.accept(first.id, buyer.identity));
  await during('settled', () => agents.settle(first));
  const { me } = await agents.ok('{ me { assignments { id } } }', {}, buyer.identity);
  const assignmentId = me.assignments[0].id;
  await during('updateAssignment', () =>
    agents.ok(
      'mutation ($id: ID!) { updateAssignment(id: $id, status: ATTEMPTED) { id } }',
      { id: assignmentId },
      buyer.identity,
    ),
  );
  await during('updateAssignment to LOST', () =>
    agents.ok(
      'mutation ($id: ID!) { updateAssignment(id: $id, status: LOST, reason: "gone") { id } }',
      { id: assignmentId },
      buyer.identity,
    ),
  );
  await during('withdrawn when it is sold', () =>
    agents.deliver('leads.lead.withdrawn', { leadId, reason: 'CONSENT_REVOKED' }, { version: 9 }),
  );

  expect(await watch.compareCallers()).toEqual({
    faults: [],
    fields: ['agency', 'availability', 'carriers', 'createdAt', 'id', 'name', 'npn', 'status', 'timeZone'].map(
      (field) => `Agent.${field}`,
    ),
  });
  expect(watch.faults).toEqual([]);
  expect([...watch.changed]).toEqual(
    expect.arrayContaining([
      'Agent.name',
      'Agent.email',
      'Agent.agency',
      'Agent.availability',
      'Agent.campaigns',
      'Agent.offers',
      'Agent.assignments',
      'Agent.notifications',
      'Campaign.states',
      'Campaign.status',
      'Lead.routing',
      'Lead.offers',
      'Offer.id',
      'Offer.status',
      'Offer.settlement',
      'Offer.assignment',
      'Assignment.status',
    ]),
  );
});

it('whatever becomes of offers by themselves and with the money is named', async () => {
  const { during } = bound(await watching());
  const buyer = await agents.buyer({ campaign: { line: 'LIFE' } });
  watch.as(buyer.identity);
  const life = (): Promise<string> => agents.lead({ line: 'LIFE', maxSales: 2 });

  const rejected = await life();
  await during('held', async () => agents.hold(await offerTo(rejected, buyer.agentId)));
  await during('rejected', async () => agents.reject((await offerTo(rejected, buyer.agentId)).id, buyer.identity));

  const refused = await life();
  await during('refused', async () => agents.refuse(await offerTo(refused, buyer.agentId)));

  const expired = await life();
  await agents.hold(await offerTo(expired, buyer.agentId));
  await during('time', async () => agents.clock.advance(301_000));
  await during('expired', () => sweep(expireOffers(agents.db, agents.rules)));

  const released = await life();
  const offer = await offerTo(released, buyer.agentId);
  await agents.hold(offer);
  await during('released', () =>
    agents.deliver('payments.hold.released', {
      holdId: uuidv7(),
      offerId: offer.id,
      leadId: released,
      agentId: buyer.agentId,
      reason: 'HOLD_EXPIRED',
    }),
  );

  const failed = await life();
  const accepted = await offerTo(failed, buyer.agentId);
  await agents.hold(accepted);
  await during('accepted', () => agents.accept(accepted.id, buyer.identity));
  await during('capture failed', () =>
    agents.deliver('payments.charge.failed', {
      offerId: accepted.id,
      leadId: failed,
      agentId: buyer.agentId,
      reason: 'HOLD_MISSING',
    }),
  );

  const withdrawn = await life();
  await agents.hold(await offerTo(withdrawn, buyer.agentId));
  await during('withdrawn', () =>
    agents.deliver('leads.lead.withdrawn', { leadId: withdrawn, reason: 'CONSENT_REVOKED' }, { version: 9 }),
  );

  const unanswered = await life();
  await during('time', async () => agents.clock.advance(60_000));
  await during('announced again', () => sweep(resendAnnouncements(agents.db, agents.rules)));
  await during('held late', async () => agents.hold(await offerTo(unanswered, buyer.agentId)));

  expect(watch.faults).toEqual([]);
  expect([...watch.changed]).toEqual(
    expect.arrayContaining(['Offer.cancelReason', 'Offer.rejectReason', 'Offer.refusal', 'Offer.expiresAt']),
  );
});

it('whatever becomes of a routing without offers is named', async () => {
  const { during } = bound(await watching());
  const opensLater = { line: 'HEALTH', schedule: [{ day: 6, from: '09:00', to: '17:00' }] };
  await agents.buyer({ campaign: opensLater });

  const facts = leadFacts({ receivedAt: agents.clock.now().toISOString(), line: 'HEALTH' });
  watch.entity('Lead', facts.leadId);
  await during('quoted before it is known', () => agents.quote(facts.leadId));
  await during('queued', () => agents.deliver('leads.lead.qualified', { lead: facts, score: 70, tier: 'WARM' }));
  expect(await agents.routing(facts.leadId)).toMatchObject({ state: 'QUEUED' });
  await during('a day goes by', async () => agents.clock.advance(25 * 3_600_000));
  await during('routed again', () => sweep(routeQueued(agents.db, agents.rules)));
  await during('asked for quotes again', async () => {
    agents.clock.advance(600_000);
    await sweep(resendAnnouncements(agents.db, agents.rules));
  });
  await during('withdrawn without offers', () =>
    agents.deliver('leads.lead.withdrawn', { leadId: facts.leadId, reason: 'CONSENT_REVOKED' }, { version: 9 }),
  );

  const unknown = uuidv7();
  watch.entity('Lead', unknown);
  await during('withdrawn before it is known', () =>
    agents.deliver('leads.lead.withdrawn', { leadId: unknown, reason: 'CONSENT_REVOKED' }, { version: 3 }),
  );
  expect(watch.faults).toEqual([]);
  expect([...watch.changed]).toEqual(['Lead.routing']);
});

it('a change that no event names is found', async () => {
  const { during } = bound(await watching());
  const { offer, buyer } = await agents.offered();
  await during('behind its back', () => agents.db.query(`UPDATE offer SET refusal = 'X' WHERE id = $1`, [offer.id]));
  await during('and of others', () =>
    agents.db.query(`UPDATE license SET number = 'X' WHERE agent_id = $1`, [buyer.agentId]),
  );
  expect(watch.faults).toContain('behind its back: Offer.refusal, seen by OPERATOR, is named by nothing');
  expect(watch.faults).toContain('and of others: Agent.licenses, seen by FRONTEND, is named by nothing');
});

function bound(of: ChangeWatch): Pick<ChangeWatch, 'during'> {
  return { during: of.during.bind(of) };
}
