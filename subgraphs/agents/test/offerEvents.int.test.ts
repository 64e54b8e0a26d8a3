import { anonymous, type Identity } from '@leadgraph/kit';
import type { EventMessage } from '@leadgraph/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resendAnnouncements } from '../src/sweepers/resendAnnouncements.js';
import { type AgentsTestbed, type OfferFields, operator, startAgents } from './agentsTestbed.js';

let agents: AgentsTestbed;
beforeAll(async () => {
  agents = await startAgents();
  for (let count = 0; count < 3; count += 1) await agents.buyer();
});
afterAll(() => agents?.stop());

/** What the gateway asks for an event. */
async function entityOf(offerId: string, identity: Identity): Promise<unknown> {
  const document = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Offer { status } } }';
  const { _entities } = await agents.ok(document, { of: [{ __typename: 'Offer', id: offerId }] }, identity);
  return _entities[0];
}

/** The kinds of what was published of a lead under an agent's own subject, the oldest first. */
async function heardBy({ agentId, leadId }: Pick<OfferFields, 'agentId' | 'leadId'>): Promise<string[]> {
  const rows: { message: EventMessage }[] = await agents.db.query(
    "SELECT message FROM outbox WHERE subject LIKE $1 AND message -> 'payload' ->> 'leadId' = $2 ORDER BY position",
    [`agents.offer.%.${agentId}`, leadId],
  );
  return rows.map(({ message }) => message.kind ?? message.type.split('.')[2]?.toUpperCase() ?? '');
}

/** A lead's first offer, which waits for its money, and its agent. */
async function reserved(change: { maxSales?: number } = {}) {
  const leadId = await agents.lead(change);
  const [offer, ...others] = await agents.offers(leadId);
  if (!offer) throw new Error('nobody got an offer');
  return { offer, others, agent: agentOf(offer) };
}

function agentOf({ agentId }: OfferFields): Identity {
  return { kind: 'AGENT', sub: agentId, scopes: [] };
}

describe('the entity of an event', () => {
  it('is there for the agent whose offer it is, operators and frontends, and for nobody else', async () => {
    const { offer, agent } = await reserved();
    await agents.hold(offer);
    const other = await agents.buyer();
    const as = (kind: Identity['kind'], sub: string): Identity => ({ kind, sub, scopes: [] });
    for (const identity of [agent, operator, as('FRONTEND', 'web')]) {
      expect(await entityOf(offer.id, identity)).toEqual({ status: 'OFFERED' });
    }
    for (const identity of [anonymous, other.identity, as('PARTNER', 'acme'), as('PARTNER', agent.sub)]) {
      expect(await entityOf(offer.id, identity)).toBeNull();
    }
  });

  it('is not there for its agent before it is out, nor does a query show it', async () => {
    const { offer, agent } = await reserved();
    expect(offer.status).toBe('RESERVED');
    expect(await entityOf(offer.id, agent)).toBeNull();
    expect(await entityOf(offer.id, operator)).toEqual({ status: 'RESERVED' });
    const lists = `query ($id: ID!, $lead: ID!, $leads: [_Any!]!) {
      offer(id: $id) { id }
      offers(filter: { leadId: $lead }) { edges { node { id } } }
      me { offers(status: [RESERVED]) { id } }
      _entities(representations: $leads) { ... on Lead { offers { id } } }
    }`;
    const variables = { id: offer.id, lead: offer.leadId, leads: [{ __typename: 'Lead', id: offer.leadId }] };
    expect(await agents.ok(lists, variables, agent)).toEqual({
      offer: null,
      offers: { edges: [] },
      me: { offers: [] },
      _entities: [{ offers: [] }],
    });
    await agents.hold(offer);
    expect(await entityOf(offer.id, agent)).toEqual({ status: 'OFFERED' });
    expect((await agents.ok(lists, variables, agent)).offer).toEqual({ id: offer.id });
  });
});

describe('an agent hears of its offers', () => {
  it('once they are out, until they are settled', async () => {
    const { offer, agent } = await reserved();
    expect(await heardBy(offer)).toEqual([]);
    await agents.hold(offer);
    expect(await heardBy(offer)).toEqual(['OFFERED']);
    await agents.accept(offer.id, agent);
    await agents.settle(offer);
    expect(await heardBy(offer)).toEqual(['OFFERED', 'ACCEPTED', 'SETTLED']);
  });

  it('and why it lost one', async () => {
    const { offer, others, agent } = await reserved({ maxSales: 1 });
    const [lost] = others;
    if (!lost) throw new Error('two were to get an offer');
    for (const each of [offer, lost]) await agents.hold(each);
    await agents.accept(offer.id, agent);
    expect(await heardBy(lost)).toEqual(['OFFERED', 'TAKEN']);
  });

  it('but not of those that it never saw, which the other subgraphs are told all the same', async () => {
    const { offer } = await reserved();
    await agents.refuse(offer, 'FUNDS');
    expect(await heardBy(offer)).toEqual([]);
    expect(await agents.events('agents.offer.cancelled', offer.leadId)).toContainEqual(
      expect.objectContaining({ offerId: offer.id, reason: 'NO_HOLD' }),
    );
  });

  it('once, however often the other subgraphs have to be told', async () => {
    const { offer, agent } = await reserved();
    await agents.hold(offer);
    await agents.accept(offer.id, agent);
    agents.clock.advance(agents.rules.settings.acceptedResendMs + 1_000);
    await resendAnnouncements(agents.db, agents.rules).run(new AbortController().signal);
    expect(await agents.events('agents.offer.accepted', offer.leadId)).toHaveLength(2);
    expect(await heardBy(offer)).toEqual(['OFFERED', 'ACCEPTED']);
  });
});

it('subscriptions are the gateway’s: asked itself, the subgraph says so', async () => {
  for (let time = 0; time < 3; time += 1) {
    expect(
      (await agents.refusal('subscription { offers { kind } }', {}, { kind: 'AGENT', sub: '', scopes: [] })).code,
    ).toBe('SUBSCRIBE_AT_GATEWAY');
  }
});
