import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsTestbed, startAgents } from '../../test/agentsTestbed.js';

let agents: AgentsTestbed;
beforeAll(async () => {
  agents = await startAgents();
});
afterAll(() => agents.stop());

describe('an offer from its reservation to its settlement', () => {
  it('is reserved, offered once the money is held, accepted, and settled once the lead is sold', async () => {
    const buyer = await agents.buyer();
    const leadId = await agents.lead();
    const [reserved] = await agents.events('agents.offer.reserved', leadId);
    expect(reserved).toMatchObject({ agentId: buyer.agentId, mode: 'SHARED', priceCents: 2_000 });
    expect(await agents.events('agents.routing.started', leadId)).toEqual([{ leadId, round: 1 }]);

    const [offer] = await agents.offers(leadId);
    if (!offer) throw new Error('no offer');
    await agents.hold(offer);
    const [offered] = await agents.events('agents.offer.offered', leadId);
    expect(Date.parse(offered?.expiresAt ?? '') - agents.clock.now().getTime()).toBe(300_000);

    const answer = await agents.accept(offer.id, buyer.identity);
    expect(answer.data?.acceptOffer).toEqual({ id: offer.id, status: 'ACCEPTED', settlement: 'PENDING' });
    expect(await agents.events('agents.offer.accepted', leadId)).toHaveLength(1);

    await agents.settle(offer);
    expect(await agents.offers(leadId)).toMatchObject([{ status: 'ACCEPTED', settlement: 'SETTLED' }]);
    expect(await agents.events('agents.assignment.created', leadId)).toHaveLength(1);
    const { me } = await agents.ok(
      '{ me { assignments { status lead { id } } notifications { channel status attempts } } }',
      {},
      buyer.identity,
    );
    expect(me).toEqual({
      assignments: [{ status: 'NEW', lead: { id: leadId } }],
      notifications: [{ channel: 'EMAIL', status: 'QUEUED', attempts: 0 }],
    });
  });
});
