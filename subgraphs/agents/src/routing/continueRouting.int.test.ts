import type { LeadFacts } from '@leadgraph/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsTestbed, startAgents } from '../../test/agentsTestbed.js';
import { leadFacts } from '../../test/leadFacts.js';
import { expireOffers } from '../sweepers/expireOffers.js';
import { resendAnnouncements } from '../sweepers/resendAnnouncements.js';
import { routeQueued } from '../sweepers/routeQueued.js';

let agents: AgentsTestbed;
beforeAll(async () => {
  agents = await startAgents();
});
afterAll(() => agents.stop());

const { signal } = new AbortController();
const states = ['AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA', 'KS', 'KY'];
/** A state of its own, with buyers and leads in it. */
function market() {
  const state = states.pop() ?? '';
  const licenses = [
    { state, lineOfAuthority: 'PERSONAL_LINES', number: '1', effective: '2024-01-01', expires: '2030-12-31' },
  ];
  return {
    state,
    buyer: (campaign: Record<string, unknown> = {}, more: { funds?: number; agencyId?: string } = {}) =>
      agents.buyer({ ...more, campaign: { states: [state], ...campaign }, agent: { licenses } }),
    lead: (facts: Partial<LeadFacts> = {}, prices = {}) => agents.lead({ state, ...facts }, prices),
  };
}
async function live(leadId: string) {
  const offers = await agents.offers(leadId);
  return offers.filter(({ status }) => status === 'RESERVED' || status === 'OFFERED');
}
async function only(leadId: string) {
  const [offer, ...more] = await live(leadId);
  if (!offer || more.length > 0) throw new Error(`expected one live offer, found ${more.length + (offer ? 1 : 0)}`);
  return offer;
}
const identityOf = (agentId: string) => ({ kind: 'AGENT' as const, sub: agentId, scopes: [] });

describe('money', () => {
  it('keeps out a wallet that cannot pay, with the reason FUNDS', async () => {
    const { buyer, lead } = market();
    const poor = await buyer({}, { funds: 1_999 });
    const leadId = await lead();
    expect(await agents.trace(leadId)).toEqual({ [poor.campaignId]: 'FUNDS' });
    expect(await agents.routing(leadId)).toMatchObject({ state: 'UNSOLD' });
    expect(await agents.events('agents.routing.completed', leadId)).toEqual([
      { leadId, round: 1, outcome: 'UNSOLD', retryAt: null, reasons: { FUNDS: 1 } },
    ]);
  });

  it('that is not held after all lets the next one have the lead, in the same round', async () => {
    const { buyer, lead } = market();
    const wish = { mode: 'EXCLUSIVE' };
    const [first, second] = [await buyer(wish), await buyer(wish)];
    const leadId = await lead();
    const refused = await only(leadId);
    await agents.refuse(refused);
    const next = await only(leadId);
    expect(new Set([refused.agentId, next.agentId])).toEqual(new Set([first.agentId, second.agentId]));
    expect(next.round).toBe(1);
    expect(await agents.events('agents.offer.cancelled', leadId)).toMatchObject([{ reason: 'NO_HOLD' }]);
    await agents.refuse(next);
    expect(await live(leadId)).toEqual([]);
    expect((await agents.events('agents.routing.completed', leadId)).map(({ outcome }) => outcome)).toEqual(['UNSOLD']);
  });

  it('that cannot be taken gives the place back, and the lead goes on', async () => {
    const { buyer, lead } = market();
    const wish = { mode: 'EXCLUSIVE' };
    await buyer(wish);
    await buyer(wish);
    const leadId = await lead();
    const offer = await only(leadId);
    await agents.hold(offer);
    await agents.accept(offer.id, identityOf(offer.agentId));
    const { id: offerId, agentId } = offer;
    await agents.deliver('payments.charge.failed', { offerId, leadId, agentId, reason: 'HOLD_EXPIRED' });
    expect(await agents.events('agents.offer.cancelled', leadId)).toMatchObject([{ reason: 'CAPTURE_FAILED' }]);
    const next = await only(leadId);
    expect(next.agentId).not.toBe(agentId);
    expect(await agents.routing(leadId)).toMatchObject({ acceptedCount: 0, state: 'OFFERING', round: 2 });
  });

  it('in an auction is the winner’s own bid, and the better buyers come first', async () => {
    const { state, buyer, lead } = market();
    const [low, high] = [await buyer({ bidCents: 3_000 }), await buyer({ bidCents: 4_000 })];
    await agents.ok('mutation ($input: PoolInput!) { upsertPool(input: $input) { strategy } }', {
      input: { line: 'AUTO', state, strategy: 'AUCTION' },
    });
    const auctioned = await lead({ maxSales: 1 });
    const offers = await agents.offers(auctioned);
    expect(offers.map(({ agentId, priceCents }) => [agentId, priceCents])).toEqual([
      [high.agentId, 4_000],
      [low.agentId, 3_000],
    ]);
  });
});

describe('rounds', () => {
  it('go on when an offer expires, to an agent who has not had it, five times at most', async () => {
    const { buyer, lead } = market();
    for (let count = 0; count < 7; count += 1) await buyer({ mode: 'EXCLUSIVE' });
    const leadId = await lead();
    const asked: string[] = [];
    for (let round = 1; round <= 5; round += 1) {
      const offer = await only(leadId);
      expect(offer.round).toBe(round);
      asked.push(offer.agentId);
      await agents.hold(offer);
      agents.clock.advance(300_000);
      await agents.quote(leadId);
      await expireOffers(agents.db, agents.rules).run(signal);
    }
    expect(new Set(asked).size).toBe(5);
    expect(await agents.routing(leadId)).toMatchObject({ state: 'UNSOLD', round: 5 });
    expect(await agents.events('agents.routing.completed', leadId)).toMatchObject([{ reasons: { ROUND_LIMIT: 1 } }]);
  });

  it('go on when the last live offer is rejected, not before', async () => {
    const { buyer, lead } = market();
    for (let count = 0; count < 4; count += 1) await buyer();
    const leadId = await lead({ maxSales: 1 });
    const offers = await live(leadId);
    expect(offers).toHaveLength(3);
    for (const [index, offer] of offers.entries()) {
      await agents.hold(offer);
      await agents.reject(offer.id, identityOf(offer.agentId));
      expect((await agents.routing(leadId)).round).toBe(index < 2 ? 1 : 2);
    }
    await only(leadId);
  });

  it('fill the places that are left, and end without a word when some are sold', async () => {
    const { buyer, lead } = market();
    await buyer();
    await buyer();
    const leadId = await lead();
    const [first, second] = await live(leadId);
    if (!first || !second) throw new Error('expected two offers');
    await agents.hold(first);
    await agents.hold(second);
    await agents.accept(first.id, identityOf(first.agentId));
    await agents.reject(second.id, identityOf(second.agentId));
    expect(await agents.routing(leadId)).toMatchObject({ state: 'CLOSED', acceptedCount: 1 });
    expect(await agents.events('agents.routing.completed', leadId)).toEqual([]);
  });

  it('change from exclusive to shared when no exclusive buyer is left', async () => {
    const { buyer, lead } = market();
    await buyer({ mode: 'EXCLUSIVE' });
    const shared = await buyer();
    const leadId = await lead();
    const offer = await only(leadId);
    expect(offer.mode).toBe('EXCLUSIVE');
    await agents.hold(offer);
    await agents.reject(offer.id, identityOf(offer.agentId));
    expect(await only(leadId)).toMatchObject({ mode: 'SHARED', agentId: shared.agentId, priceCents: 2_000 });
  });
});

describe('schedules', () => {
  it('queue a lead until the next one opens, and then it is routed again', async () => {
    const { buyer, lead } = market();
    const now = agents.clock.now();
    const opening = new Date(Math.ceil(now.getTime() / 3_600_000 + 1) * 3_600_000);
    const local = new Intl.DateTimeFormat('en-GB', {
      timeZone: 'America/Chicago',
      hour: '2-digit',
      minute: '2-digit',
      weekday: 'short',
    }).formatToParts(opening);
    const part = (type: string) => local.find((entry) => entry.type === type)?.value ?? '';
    const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1;
    const from = `${part('hour')}:${part('minute')}`;
    const sleeper = await buyer({ schedule: [{ day, from, to: '24:00' }] });
    await buyer({ minScore: 100 });
    const leadId = await lead();
    expect(await agents.routing(leadId)).toMatchObject({ state: 'QUEUED', retryAt: opening });
    expect(await agents.events('agents.routing.completed', leadId)).toMatchObject([
      { outcome: 'QUEUED', retryAt: opening.toISOString(), reasons: { SCHEDULE: 1, SCORE: 1 } },
    ]);

    await routeQueued(agents.db, agents.rules).run(signal);
    expect((await agents.routing(leadId)).state).toBe('QUEUED');
    agents.clock.set(opening);
    await routeQueued(agents.db, agents.rules).run(signal);
    expect((await agents.routing(leadId)).state).toBe('WAITING_QUOTES');
    expect(await agents.events('agents.quote.requested', leadId)).toHaveLength(1);
    await agents.quote(leadId);
    expect(await only(leadId)).toMatchObject({ agentId: sleeper.agentId });
  });
});

describe('consent', () => {
  it('that names sellers lets only their agents have the lead', async () => {
    const { buyer, lead } = market();
    const [named, other] = [await buyer(), await buyer()];
    const consent = {
      live: true,
      scope: 'NAMED_SELLERS' as const,
      sellers: [named.agencyId],
      channels: ['PHONE' as const],
      givenAt: agents.clock.now().toISOString(),
    };
    const leadId = await lead({ consent });
    expect(await agents.trace(leadId)).toEqual({ [named.campaignId]: 'CHOSEN', [other.campaignId]: 'SELLER' });
    expect(await only(leadId)).toMatchObject({ agentId: named.agentId });
  });

  it('that is revoked takes back what is out, and nothing is offered again', async () => {
    const { buyer, lead } = market();
    await buyer();
    await buyer();
    const leadId = await lead();
    const [first] = await live(leadId);
    if (!first) throw new Error('no offer');
    await agents.hold(first);
    await agents.deliver('leads.lead.withdrawn', { leadId, reason: 'CONSENT_REVOKED' }, { version: 9 });
    expect(await live(leadId)).toEqual([]);
    const cancelled = await agents.events('agents.offer.cancelled', leadId);
    expect(cancelled.map(({ reason }) => reason)).toEqual(['WITHDRAWN', 'WITHDRAWN']);
    await agents.quote(leadId);
    expect(await live(leadId)).toEqual([]);
    expect(await agents.routing(leadId)).toMatchObject({ state: 'WITHDRAWN' });
  });
});

describe('what nobody answers', () => {
  it('is announced again: a reservation, an acceptance', async () => {
    const { buyer, lead } = market();
    await buyer();
    const leadId = await lead();
    const offer = await only(leadId);
    const sweep = () => resendAnnouncements(agents.db, agents.rules).run(signal);
    await sweep();
    expect(await agents.events('agents.offer.reserved', leadId)).toHaveLength(1);
    agents.clock.advance(agents.rules.settings.reservedResendMs);
    await sweep();
    const reserved = await agents.events('agents.offer.reserved', leadId);
    expect(reserved).toHaveLength(2);
    expect((reserved[1]?.windowEndsAt ?? '') > (reserved[0]?.windowEndsAt ?? '')).toBe(true);
    await sweep();
    expect(await agents.events('agents.offer.reserved', leadId)).toHaveLength(2);

    await agents.hold(offer);
    await agents.accept(offer.id, identityOf(offer.agentId));
    agents.clock.advance(agents.rules.settings.acceptedResendMs);
    await sweep();
    expect(await agents.events('agents.offer.accepted', leadId)).toHaveLength(2);
    await agents.settle(offer);
    agents.clock.advance(3_600_000);
    await sweep();
    expect(await agents.events('agents.offer.accepted', leadId)).toHaveLength(2);
  });

  it('is asked for again: quotes that do not come', async () => {
    const { buyer } = market();
    await buyer();
    const facts = leadFacts({ state: 'TX' });
    await agents.deliver('leads.lead.qualified', { lead: facts, score: 70, tier: 'WARM' });
    const { leadId } = facts;
    const sweep = () => resendAnnouncements(agents.db, agents.rules).run(signal);
    agents.clock.advance(agents.rules.settings.quotesResendMs);
    await sweep();
    expect(await agents.events('agents.quote.requested', leadId)).toHaveLength(1);
    agents.clock.advance(agents.rules.settings.quotesResendMs);
    await sweep();
    expect(await agents.events('agents.quote.requested', leadId)).toHaveLength(1);
    agents.clock.advance(agents.rules.settings.quotesResendMs);
    await sweep();
    expect(await agents.events('agents.quote.requested', leadId)).toHaveLength(2);
  });
});
