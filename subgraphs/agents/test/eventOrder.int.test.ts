import { uuidv7 } from '@leadgraph/kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsTestbed, startAgents } from './agentsTestbed.js';
import { leadFacts } from './leadFacts.js';

let agents: AgentsTestbed;
beforeAll(async () => {
  agents = await startAgents();
  // Nobody is full, so that every lead of this file finds the same buyers.
  for (let count = 0; count < 3; count += 1) await agents.buyer();
}, 60_000);
afterAll(() => agents.stop());

/** The events that make a lead routable, each with the id of its message, as its neighbours' streams carry them. */
function arrivals() {
  const lead = leadFacts();
  const { leadId } = lead;
  const expiresAt = new Date(agents.clock.now().getTime() + 15 * 60_000).toISOString();
  const quote = (mode: 'SHARED' | 'EXCLUSIVE', priceCents: number) => {
    const payload = { quoteId: uuidv7(), leadId, mode, priceCents, ruleVersion: '1', expiresAt };
    const id = uuidv7();
    return () => agents.deliver('payments.quote.created', payload, { id });
  };
  const id = uuidv7();
  return {
    leadId,
    steps: [
      () => agents.deliver('leads.lead.qualified', { lead, score: 70, tier: 'WARM' as const }, { id, version: 5 }),
      quote('SHARED', 2_000),
      quote('EXCLUSIVE', 5_000),
      () => agents.deliver('leads.lead.rescored', { leadId, score: 75, tier: 'WARM' as const }, { version: 6 }),
    ],
  };
}

describe('the events that let a lead be routed', () => {
  it('lead to one round in any order, repeated and at the same time', async () => {
    const runs = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(runs, fc.boolean(), async (extra, together) => {
        const { leadId, steps } = arrivals();
        // Whatever the random part leaves out comes at the end.
        const order = [...extra, 3, 2, 1, 0].map((index) => steps[index]);
        if (together) await Promise.all(order.map((step) => step?.()));
        else for (const step of order) await step?.();

        expect(await agents.events('agents.routing.started', leadId)).toEqual([{ leadId, round: 1 }]);
        expect(await agents.offers(leadId)).toHaveLength(3);
        expect(await agents.events('agents.offer.reserved', leadId)).toHaveLength(3);
        await agents.deliver('leads.lead.withdrawn', { leadId, reason: null }, { version: 7 });
      }),
      { numRuns: 15 },
    );
  });

  it('do nothing for a lead that was withdrawn before it came', async () => {
    const { leadId, steps } = arrivals();
    await agents.deliver('leads.lead.withdrawn', { leadId, reason: null }, { version: 9 });
    for (const step of steps) await step();
    expect(await agents.offers(leadId)).toEqual([]);
    expect(await agents.routing(leadId)).toMatchObject({ state: 'WITHDRAWN' });
  });
});

type Answer = 'held' | 'refused' | 'accept' | 'reject' | 'sold' | 'failed' | 'expired';

describe('whatever happens to the offers of a lead, in whatever order and however often', () => {
  const answers = fc.constantFrom<Answer>(
    'held',
    'held',
    'refused',
    'accept',
    'accept',
    'reject',
    'sold',
    'failed',
    'expired',
  );
  const steps = fc.array(fc.record({ place: fc.nat(4), answer: answers, again: fc.boolean() }), {
    minLength: 5,
    maxLength: 25,
  });

  it('places, caps, offers and what was told of them agree', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (script, maxSales) => {
        const leadId = await agents.lead({ maxSales });
        for (const { place, answer, again } of script) {
          const offers = await agents.offers(leadId);
          const offer = offers[place % Math.max(offers.length, 1)];
          if (!offer) continue;
          const identity = { kind: 'AGENT' as const, sub: offer.agentId, scopes: [] };
          const ids = { offerId: offer.id, leadId, agentId: offer.agentId };
          const act: Record<Answer, () => Promise<unknown>> = {
            held: () => agents.hold(offer),
            refused: () => agents.refuse(offer),
            accept: () => agents.accept(offer.id, identity),
            reject: () => agents.reject(offer.id, identity),
            // Leads sells what was accepted; payments fails to capture what was accepted.
            sold: () => (offer.status === 'ACCEPTED' ? agents.settle(offer) : Promise.resolve()),
            failed: () => agents.deliver('payments.charge.failed', { ...ids, reason: 'HOLD_MISSING' }),
            expired: () =>
              agents.deliver('payments.hold.released', { ...ids, holdId: uuidv7(), reason: 'HOLD_EXPIRED' }),
          };
          await Promise.all(again ? [act[answer](), act[answer]()] : [act[answer]()]);
          await expectAgreement(leadId, maxSales);
        }
        await agents.deliver('leads.lead.withdrawn', { leadId, reason: null }, { version: 99 });
        expect((await agents.offers(leadId)).filter(({ status }) => /RESERVED|OFFERED/.test(status))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  async function expectAgreement(leadId: string, maxSales: number): Promise<void> {
    const offers = await agents.offers(leadId);
    const routing = await agents.routing(leadId);
    const count = (...statuses: string[]) => offers.filter(({ status }) => statuses.includes(status)).length;
    expect(count('ACCEPTED')).toBeLessThanOrEqual(maxSales);
    expect(routing.acceptedCount).toBe(count('ACCEPTED'));
    expect(
      new Set(offers.filter(({ status }) => /RESERVED|OFFERED|ACCEPTED/.test(status)).map(({ agentId }) => agentId))
        .size,
    ).toBe(count('RESERVED', 'OFFERED', 'ACCEPTED'));
    expect(count('RESERVED', 'OFFERED')).toBeLessThanOrEqual(maxSales - count('ACCEPTED') + 2);
    if (count('RESERVED', 'OFFERED') > 0) expect(routing.state).toBe('OFFERING');
    else expect(routing.state).toMatch(/FILLED|CLOSED|UNSOLD/);

    const told = async (type: Parameters<AgentsTestbed['events']>[0]) => (await agents.events(type, leadId)).length;
    expect(await told('agents.offer.reserved')).toBe(offers.length);
    expect(await told('agents.offer.cancelled')).toBe(count('CANCELLED'));
    expect(await told('agents.offer.rejected')).toBe(count('REJECTED'));
    expect(await told('agents.assignment.created')).toBe(
      offers.filter(({ settlement }) => settlement === 'SETTLED').length,
    );
    expect(await usedCaps()).toEqual(await liveByCampaign());
  }

  async function usedCaps() {
    const rows: { id: string; used: number }[] = await agents.db.query(
      'SELECT campaign_id AS id, day_count AS used FROM campaign_usage WHERE day_count > 0 ORDER BY campaign_id',
    );
    return rows;
  }

  async function liveByCampaign() {
    const rows: { id: string; used: number }[] = await agents.db.query(
      `SELECT campaign_id AS id, count(*)::int AS used FROM offer
       WHERE status IN ('RESERVED', 'OFFERED', 'ACCEPTED') GROUP BY campaign_id ORDER BY campaign_id`,
    );
    return rows;
  }
});
