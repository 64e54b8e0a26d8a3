import { uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsTestbed, startAgents } from '../../test/agentsTestbed.js';
import { leadFacts } from '../../test/leadFacts.js';

let agents: AgentsTestbed;
beforeAll(async () => {
  agents = await startAgents();
});
afterAll(() => agents.stop());

const states = ['AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT'];
function market() {
  const state = states.pop() ?? '';
  const licenses = [
    { state, lineOfAuthority: 'PERSONAL_LINES', number: '1', effective: '2024-01-01', expires: '2030-12-31' },
  ];
  return {
    state,
    buyer: (campaign: Record<string, unknown> = {}, agent: Record<string, unknown> = {}) =>
      agents.buyer({ campaign: { states: [state], ...campaign }, agent: { licenses, ...agent } }),
  };
}
/** Many leads whose last quote arrives at the same time: their rounds run side by side. */
async function rush(state: string, count: number): Promise<string[]> {
  const leads = Array.from({ length: count }, () => leadFacts({ state }));
  for (const lead of leads) await agents.deliver('leads.lead.qualified', { lead, score: 70, tier: 'WARM' });
  await Promise.all(leads.map(({ leadId }) => agents.quote(leadId)));
  return leads.map(({ leadId }) => leadId);
}
async function offersOf(campaignId: string) {
  const rows: { id: string; leadId: string; status: string }[] = await agents.db.query(
    'SELECT id, lead_id AS "leadId", status FROM offer WHERE campaign_id = $1 ORDER BY id',
    [campaignId],
  );
  return rows;
}
const cap = (change: object) => [{ period: 'DAY', ...change }];

describe("a campaign's caps, with many leads at the same time", () => {
  it('hold for the number of leads', async () => {
    const { state, buyer } = market();
    const capped = await buyer({ caps: cap({ count: 3 }) });
    const free = await buyer();
    const leads = await rush(state, 20);
    expect(await offersOf(capped.campaignId)).toHaveLength(3);
    expect(await offersOf(free.campaignId)).toHaveLength(20);
    const reasons = await Promise.all(leads.map(async (id) => (await agents.trace(id))[capped.campaignId]));
    expect(reasons.filter((reason) => reason === 'CHOSEN')).toHaveLength(3);
    expect(reasons.filter((reason) => reason === 'CAP')).toHaveLength(17);
  });

  it('hold for the money spent', async () => {
    const { state, buyer } = market();
    const capped = await buyer({ caps: cap({ spendCents: 9_999 }) });
    await rush(state, 12);
    expect(await offersOf(capped.campaignId)).toHaveLength(4);
  });

  it('hold when many campaigns run out in different orders', async () => {
    const { state, buyer } = market();
    const buyers = [];
    for (let index = 0; index < 8; index += 1) {
      buyers.push(await buyer({ caps: [{ period: 'HOUR', count: 2 + (index % 3) }], priority: index % 2 }));
    }
    await rush(state, 24);
    for (const [index, { campaignId }] of buyers.entries()) {
      expect(await offersOf(campaignId)).toHaveLength(2 + (index % 3));
    }
  });

  it('get back what an offer used that did not end in a sale', async () => {
    const { state, buyer } = market();
    const capped = await buyer({ caps: cap({ count: 2 }) });
    await rush(state, 3);
    const [first, second] = await offersOf(capped.campaignId);
    for (const { id, leadId } of [first, second].filter((offer) => offer !== undefined)) {
      const [offer] = (await agents.offers(leadId)).filter((one) => one.id === id);
      if (!offer) throw new Error('no offer');
      await agents.hold(offer);
    }
    await agents.reject(first?.id ?? '', capped.identity);
    await agents.accept(second?.id ?? '', capped.identity);
    await rush(state, 3);
    expect((await offersOf(capped.campaignId)).map(({ status }) => status)).toEqual([
      'REJECTED',
      'ACCEPTED',
      'RESERVED',
    ]);
  });

  it("begin anew with the agent's day", async () => {
    const { state, buyer } = market();
    const [chicago, honolulu] = [
      await buyer({ caps: cap({ count: 1 }) }),
      await buyer({ caps: cap({ count: 1 }) }, { timeZone: 'Pacific/Honolulu' }),
    ];
    agents.clock.set('2026-11-21T05:00:00Z'); // 23:00 in Chicago, 19:00 in Honolulu
    await rush(state, 2);
    agents.clock.set('2026-11-21T07:00:00Z'); // 01:00 of the next day in Chicago, 21:00 in Honolulu
    await rush(state, 2);
    expect(await offersOf(chicago.campaignId)).toHaveLength(2);
    expect(await offersOf(honolulu.campaignId)).toHaveLength(1);
  });
});

describe('a weighted pool, with many leads at the same time', () => {
  it('gives each campaign its share', async () => {
    const { state, buyer } = market();
    const wish = { mode: 'EXCLUSIVE' };
    const [three, one] = [await buyer({ ...wish, weight: 3 }), await buyer({ ...wish, weight: 1 })];
    await agents.ok('mutation ($input: PoolInput!) { upsertPool(input: $input) { strategy } }', {
      input: { line: 'AUTO', state, strategy: 'WEIGHTED' },
    });
    await rush(state, 16);
    expect(await offersOf(three.campaignId)).toHaveLength(12);
    expect(await offersOf(one.campaignId)).toHaveLength(4);
  });
});

describe('offers waiting for an agent', () => {
  it('keep further ones away once there are too many', async () => {
    const few = await startAgents({
      routing: { ...agents.rules.settings.routing, mostOpenOffers: 2 },
    });
    try {
      const { campaignId } = await few.buyer();
      const leads = [await few.lead(), await few.lead(), await few.lead({ leadId: uuidv7() })];
      const reasons = await Promise.all(leads.map(async (id) => (await few.trace(id))[campaignId]));
      expect(reasons).toEqual(['CHOSEN', 'CHOSEN', 'OPEN_OFFERS']);
    } finally {
      await few.stop();
    }
  });
});
