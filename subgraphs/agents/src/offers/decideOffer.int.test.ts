import { anonymous, uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsTestbed, type OfferFields, operator, startAgents } from '../../test/agentsTestbed.js';
import { expireOffers } from '../sweepers/expireOffers.js';

let agents: AgentsTestbed;
/** Each test has a state of its own, so that the buyers of one are nobody's rivals in another. */
const states = ['AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA'];
const market = () => {
  const state = states.pop() ?? '';
  return { wish: { campaign: { states: [state] }, agent: { licenses: [licensed(state)] } }, facts: { state } };
};
const licensed = (state: string) => ({
  state,
  lineOfAuthority: 'PERSONAL_LINES',
  number: '1',
  effective: '2024-01-01',
  expires: '2030-12-31',
});
const codeOf = (answer: { errors?: { extensions: Record<string, unknown> }[] }) => answer.errors?.[0]?.extensions.code;

beforeAll(async () => {
  agents = await startAgents();
});
afterAll(() => agents.stop());

const offered = () => {
  const { wish, facts } = market();
  return agents.offered(wish, facts);
};
const statusOf = async ({ id, leadId }: OfferFields) =>
  (await agents.offers(leadId)).find((offer) => offer.id === id)?.status;

describe('accepting', () => {
  it('twice at the same time is accepting once', async () => {
    const { buyer, leadId, offer } = await offered();
    const answers = await Promise.all([1, 2, 3].map(() => agents.accept(offer.id, buyer.identity)));
    for (const { data } of answers) {
      expect(data.acceptOffer).toEqual({ id: offer.id, status: 'ACCEPTED', settlement: 'PENDING' });
    }
    expect(await agents.events('agents.offer.accepted', leadId)).toHaveLength(1);
    expect((await agents.routing(leadId)).acceptedCount).toBe(1);
  });

  it('answers the same again, with a key and without', async () => {
    const { buyer, offer } = await offered();
    for (const key of ['key-1', 'key-1', null]) {
      const { data, extensions } = await agents.accept(offer.id, buyer.identity, key);
      expect(data.acceptOffer.status).toBe('ACCEPTED');
      // The answer before may have been lost: what is kept of the offer has to go all the same.
      expect(extensions).toMatchObject({
        changed: expect.arrayContaining([expect.objectContaining({ __typename: 'Offer', key: offer.id })]),
      });
    }
  });

  it('refuses a key that was used for another offer', async () => {
    const [first, second] = [await offered(), await offered()];
    const identity = first.buyer.identity;
    await agents.accept(first.offer.id, identity, 'key-2');
    expect(codeOf(await agents.accept(second.offer.id, identity, 'key-2'))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is refused once the window is over, even if no sweeper has been there', async () => {
    const { buyer, leadId, offer } = await offered();
    agents.clock.advance(300_000);
    const answer = await agents.accept(offer.id, buyer.identity);
    expect(codeOf(answer)).toBe('OFFER_EXPIRED');
    expect(answer.errors?.[0]?.message).toMatch(/next offer/);
    expect(await statusOf(offer)).toBe('OFFERED');

    await expireOffers(agents.db, agents.rules).run(new AbortController().signal);
    expect(await statusOf(offer)).toBe('EXPIRED');
    expect(await agents.events('agents.offer.expired', leadId)).toHaveLength(1);
    expect(codeOf(await agents.accept(offer.id, buyer.identity))).toBe('OFFER_EXPIRED');
  });

  it('is refused before the money is held, and after a rejection', async () => {
    const { wish, facts } = market();
    const buyer = await agents.buyer(wish);
    const leadId = await agents.lead(facts);
    const [offer] = await agents.offers(leadId);
    if (!offer) throw new Error('no offer');
    expect(codeOf(await agents.accept(offer.id, buyer.identity))).toBe('OFFER_NOT_OPEN');
    await agents.hold(offer);
    await agents.reject(offer.id, buyer.identity);
    const answer = await agents.accept(offer.id, buyer.identity);
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'OFFER_NOT_OPEN', status: 'REJECTED' });
  });
});

describe('rejecting', () => {
  it('twice answers the same and is told once', async () => {
    const { buyer, leadId, offer } = await offered();
    for (const _ of [1, 2]) {
      const { data } = await agents.reject(offer.id, buyer.identity);
      expect(data.rejectOffer).toMatchObject({ status: 'REJECTED', rejectReason: 'no' });
    }
    expect(await agents.events('agents.offer.rejected', leadId)).toHaveLength(1);
  });

  it('and accepting at the same time: one of them wins', async () => {
    const { buyer, leadId, offer } = await offered();
    const [accepted, rejected] = await Promise.all([
      agents.accept(offer.id, buyer.identity),
      agents.reject(offer.id, buyer.identity),
    ]);
    expect([codeOf(accepted), codeOf(rejected)].filter(Boolean)).toEqual(['OFFER_NOT_OPEN']);
    const told = [
      ...(await agents.events('agents.offer.accepted', leadId)),
      ...(await agents.events('agents.offer.rejected', leadId)),
    ];
    expect(told).toHaveLength(1);
  });
});

describe('whose offer it is', () => {
  it.each([
    ['accept', (id: string, who: typeof operator) => agents.accept(id, who)],
    ['reject', (id: string, who: typeof operator) => agents.reject(id, who)],
  ])('only its agent can %s it', async (_name, act) => {
    const [mine, other] = [await offered(), await offered()];
    expect(codeOf(await act(mine.offer.id, other.buyer.identity))).toBe('OFFER_NOT_FOUND');
    expect(codeOf(await act(mine.offer.id, operator))).toBe('FORBIDDEN');
    expect(codeOf(await act(mine.offer.id, anonymous))).toBe('UNAUTHENTICATED');
    expect(codeOf(await act(uuidv7(), mine.buyer.identity))).toBe('OFFER_NOT_FOUND');
    expect(codeOf(await act("' OR true --", mine.buyer.identity))).toBe('OFFER_NOT_FOUND');
    expect(await statusOf(mine.offer)).toBe('OFFERED');
  });
});

describe('a shared lead with three places', () => {
  it('is offered to five, sold to the first three, and taken from the rest', async () => {
    const { wish, facts } = market();
    const buyers = [];
    for (let count = 0; count < 6; count += 1) buyers.push(await agents.buyer(wish));
    const leadId = await agents.lead(facts);
    const offers = await agents.offers(leadId);
    expect(offers).toHaveLength(5);
    for (const offer of offers) await agents.hold(offer);

    const answers = await Promise.all(
      offers.map((offer) => agents.accept(offer.id, { kind: 'AGENT', sub: offer.agentId, scopes: [] })),
    );
    expect(answers.filter(({ data }) => data?.acceptOffer)).toHaveLength(3);
    expect(answers.map(codeOf).filter(Boolean)).toEqual(['OFFER_TAKEN', 'OFFER_TAKEN']);
    expect(await agents.routing(leadId)).toMatchObject({ state: 'FILLED', acceptedCount: 3 });
    expect(await agents.events('agents.offer.accepted', leadId)).toHaveLength(3);
    const cancelled = await agents.events('agents.offer.cancelled', leadId);
    expect(cancelled.map(({ reason }) => reason)).toEqual(['TAKEN', 'TAKEN']);
  });
});

describe('an exclusive lead', () => {
  it('has one live offer at a time, which the store itself sees to', async () => {
    const { wish, facts } = market();
    const exclusive = { ...wish, campaign: { ...wish.campaign, mode: 'EXCLUSIVE' } };
    const buyers = [await agents.buyer(exclusive), await agents.buyer(exclusive)];
    const leadId = await agents.lead(facts);
    const [offer, ...others] = await agents.offers(leadId);
    expect(others).toEqual([]);
    if (!offer) throw new Error('no offer');
    await expect(
      agents.db.query(
        `INSERT INTO offer SELECT (jsonb_populate_record(offer, jsonb_build_object('id', gen_random_uuid()))).* FROM offer WHERE id = $1`,
        [offer.id],
      ),
    ).rejects.toThrow(/offer_one_live_exclusive/);

    await agents.hold(offer);
    const owner = buyers.find(({ agentId }) => agentId === offer.agentId);
    await agents.accept(offer.id, owner?.identity ?? operator);
    expect(await agents.routing(leadId)).toMatchObject({ state: 'FILLED', mode: 'EXCLUSIVE', acceptedCount: 1 });
    expect(await agents.offers(leadId)).toHaveLength(1);
  });
});

describe('a campaign that accepts by itself', () => {
  it('accepts as soon as the money is held', async () => {
    const { wish, facts } = market();
    const { leadId, offer } = await agents.offered(
      { ...wish, campaign: { ...wish.campaign, autoAccept: true } },
      facts,
    );
    expect(await statusOf(offer)).toBe('ACCEPTED');
    const types = (await agents.subgraph.outbox())
      .filter((message) => (message.payload as { offerId?: string }).offerId === offer.id)
      .map(({ type }) => type);
    expect(types).toEqual(['agents.offer.reserved', 'agents.offer.offered', 'agents.offer.accepted']);
    expect(await agents.routing(leadId)).toMatchObject({ acceptedCount: 1 });
  });
});
