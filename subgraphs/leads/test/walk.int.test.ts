import { uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agent, create, makeSource, operator, startLeads, submission } from './leadsFixture.js';

let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  leads = await startLeads();
  sourceId = await makeSource(leads);
});
afterAll(() => leads.stop());

const statusOf = async (id: string) =>
  (await leads.query('query ($id: ID!) { lead(id: $id) { status score tier soldCount } }', { id }, operator)).data.lead;

describe('a lead on its way', () => {
  it('is validated, qualified, routed, offered and sold, with each step announced and written down', async () => {
    const { lead } = await create(leads, submission(sourceId));
    const leadId = lead.id;
    const [agentId, offerId] = [uuidv7(), uuidv7()];
    expect(lead.status).toBe('VALIDATED');
    await leads.deliver('ai.qualification.started', { leadId, jobId: uuidv7() });
    expect(await statusOf(leadId)).toMatchObject({ status: 'QUALIFYING' });
    await leads.deliver('ai.qualification.completed', {
      leadId,
      qualificationId: uuidv7(),
      score: 82,
      tier: 'HOT',
      decision: 'QUALIFIED',
      engine: 'LLM',
      reasonCodes: ['PHONE_VALID'],
    });
    expect(await statusOf(leadId)).toMatchObject({ status: 'QUALIFIED', score: 82, tier: 'HOT' });
    await leads.deliver('agents.routing.started', { leadId, round: 1 });
    await leads.deliver('agents.offer.offered', { leadId, agentId, offerId, expiresAt: new Date().toISOString() });
    expect(await statusOf(leadId)).toMatchObject({ status: 'OFFERED' });
    await leads.deliver('payments.charge.captured', {
      leadId,
      agentId,
      offerId,
      chargeId: uuidv7(),
      holdId: uuidv7(),
      quoteId: uuidv7(),
      priceCents: 4_200,
    });
    expect(await statusOf(leadId)).toMatchObject({ status: 'SOLD', soldCount: 1 });

    const announced = (await leads.outbox()).filter((message) => message.entities[0]?.key === leadId);
    expect(announced.map(({ type, entities }) => [type, entities[0]?.version])).toEqual([
      ['leads.lead.validated', 2],
      ['leads.lead.qualifying', 3],
      ['leads.lead.qualified', 4],
      ['leads.lead.routing', 5],
      ['leads.lead.offered', 6],
      ['leads.lead.sold', 7],
    ]);
    const { data, errors } = await leads.query(
      `query ($id: ID!) { lead(id: $id) {
        contact { masked firstName phone } buyers { agent { id } priceCents }
      } }`,
      { id: leadId },
      agent(agentId),
    );
    expect(errors).toBeUndefined();
    expect(data.lead.contact).toMatchObject({ masked: false, firstName: 'Jane' });
    expect(data.lead.buyers).toEqual([{ agent: { id: agentId }, priceCents: 4_200 }]);
    const timeline = await leads.query(
      '{ leads(first: 5) { totalCount { value relation } edges { node { id timeline { totalCount { value } edges { node { version toStatus actor { kind sub } } } } } } } }',
      {},
      operator,
    );
    expect(timeline.errors).toBeUndefined();
    expect(timeline.data.leads.totalCount).toEqual({ value: 1, relation: 'EQ' });
    expect(
      timeline.data.leads.edges[0].node.timeline.edges.map(({ node }: { node: { toStatus: string } }) => node.toStatus),
    ).toEqual(['RECEIVED', 'VALIDATED', 'QUALIFYING', 'QUALIFIED', 'ROUTING', 'OFFERED', 'SOLD']);
    expect(timeline.data.leads.edges[0].node.timeline.edges[1].node.actor).toEqual({ kind: 'PARTNER', sub: 'acme' });
  });
});
