import { uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentsTestbed, operator, startAgents } from '../../test/agentsTestbed.js';

let agents: AgentsTestbed;
let agencyId: string;
beforeAll(async () => {
  agents = await startAgents();
  agencyId = await agents.agency();
});
afterAll(() => agents.stop());

let npn = 50_000;
const license = {
  state: 'TX',
  lineOfAuthority: 'LIFE',
  number: 'TX-9',
  effective: '2024-01-01',
  expires: '2030-12-31',
};
const campaign = { name: 'Life', line: 'LIFE', states: ['TX', 'OK'], mode: 'SHARED', bidCents: 4_000 };
const input = (change: Record<string, unknown> = {}) => {
  npn += 1;
  return {
    npn: String(npn),
    name: 'Jo Agent',
    email: 'jo@example.com',
    phone: '+12145550147',
    agencyId,
    timeZone: 'America/Chicago',
    licenses: [license],
    campaigns: [campaign],
    ...change,
  };
};
const REGISTER =
  'mutation ($input: RegisterAgentInput!, $key: String) { registerAgent(input: $input, idempotencyKey: $key) { id status availability licenses { number expires } campaigns { states minScore weight status caps { period } } } }';
const CREATE =
  'mutation ($inputs: [RegisterAgentInput!]!, $key: String) { createAgents(inputs: $inputs, idempotencyKey: $key) { id npn } }';

describe('registering agents', () => {
  it('takes licences and campaigns along and announces the agent, for whom payments opens a wallet', async () => {
    const { registerAgent } = await agents.ok(REGISTER, { input: input() });
    expect(registerAgent).toMatchObject({
      status: 'ACTIVE',
      availability: 'AVAILABLE',
      licenses: [{ number: 'TX-9', expires: '2030-12-31' }],
      campaigns: [{ states: ['TX', 'OK'], minScore: 0, weight: 1, status: 'ACTIVE', caps: [] }],
    });
    const registered = await agents.events('agents.agent.registered');
    expect(registered).toContainEqual({ agentId: registerAgent.id, agencyId });
  });

  it('of a hundred at once needs no more statements than a few and one an agent', async () => {
    const { metrics } = agents.subgraph.running.tools;
    const count = async () =>
      (await metrics.statements.get()).values.find(({ labels }) => labels.origin === 'request')?.value ?? 0;
    const before = await count();
    const inputs = Array.from({ length: 100 }, () => input());
    const { createAgents } = await agents.ok(CREATE, { inputs });
    expect(createAgents.map((agent: { npn: string }) => agent.npn)).toEqual(inputs.map((one) => one.npn));
    expect((await count()) - before).toBeLessThan(115);
  });

  it('with the same key answers the same and makes nothing new', async () => {
    const inputs = [input(), input()];
    const first = await agents.ok(CREATE, { inputs, key: 'seed-1' });
    expect(await agents.ok(CREATE, { inputs, key: 'seed-1' })).toEqual(first);
    expect((await agents.refusal(CREATE, { inputs: [input()], key: 'seed-1' })).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('is all or none', async () => {
    const [known, fresh] = [input(), input()];
    await agents.ok(REGISTER, { input: known });
    const refusal = await agents.refusal(CREATE, { inputs: [fresh, known] });
    expect(refusal).toMatchObject({ code: 'AGENT_EXISTS', npns: [known.npn] });
    await agents.ok(REGISTER, { input: fresh });
  });

  it.each([
    ['an unknown agency', { agencyId: uuidv7() }, 'NOT_FOUND'],
    ['an agency that is no id', { agencyId: 'x' }, 'BAD_USER_INPUT'],
    ['an NPN with letters', { npn: 'A1' }, 'BAD_USER_INPUT'],
    ['no mail address', { email: 'jo' }, 'BAD_USER_INPUT'],
    ['a time zone that does not exist', { timeZone: 'America/Springfield' }, 'BAD_USER_INPUT'],
    ['a licence that ends before it begins', { licenses: [{ ...license, expires: '2023-01-01' }] }, 'BAD_USER_INPUT'],
    ['a licence on a day that does not exist', { licenses: [{ ...license, expires: '2026-02-30' }] }, 'BAD_USER_INPUT'],
    ['the same licence twice', { licenses: [license, license] }, 'BAD_USER_INPUT'],
    ['a campaign for no state', { campaigns: [{ ...campaign, states: [] }] }, 'BAD_USER_INPUT'],
    ['a negative bid', { campaigns: [{ ...campaign, bidCents: -1 }] }, 'BAD_USER_INPUT'],
    [
      'an unknown filter field',
      { campaigns: [{ ...campaign, filters: [{ field: 'gender', operator: 'EQUALS', values: ['F'] }] }] },
      'BAD_USER_INPUT',
    ],
    [
      'an impossible opening',
      { campaigns: [{ ...campaign, schedule: [{ day: 8, from: '09:00', to: '17:00' }] }] },
      'BAD_USER_INPUT',
    ],
    [
      'two caps for a period',
      {
        campaigns: [
          {
            ...campaign,
            caps: [
              { period: 'DAY', count: 1 },
              { period: 'DAY', count: 2 },
            ],
          },
        ],
      },
      'BAD_USER_INPUT',
    ],
    ['an unknown line', { campaigns: [{ ...campaign, line: 'PET' }] }, 'BAD_USER_INPUT'],
  ])('refuses %s and leaves no trace', async (_name, change, code) => {
    const wish = input(change);
    const { code: answered, message } = await agents.refusal(REGISTER, { input: wish });
    expect(answered).toBe(code);
    expect(message.length).toBeGreaterThan(20);
    const found = await agents.ok('query ($npn: String!) { agents(filter: { npn: $npn }) { edges { node { id } } } }', {
      npn: wish.npn,
    });
    expect(found.agents.edges).toEqual([]);
  });

  it('refuses more than a hundred', async () => {
    const inputs = Array.from({ length: 101 }, () => input());
    expect((await agents.refusal(CREATE, { inputs })).code).toBe('BATCH_TOO_LARGE');
  });

  it('is for operators', async () => {
    for (const kind of ['FRONTEND', 'AGENT', 'PARTNER'] as const) {
      const refusal = await agents.subgraph.query(REGISTER, { input: input() }, { ...operator, kind });
      expect(refusal.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });
});

describe('changing the market', () => {
  it('an agency exists once by its name', async () => {
    const document = 'mutation ($input: AgencyInput!) { createAgency(input: $input) { id } }';
    const { createAgency } = await agents.ok(document, { input: { legalName: 'Smith & Sons' } });
    expect(await agents.refusal(document, { input: { legalName: 'SMITH & SONS' } })).toMatchObject({
      code: 'AGENCY_EXISTS',
      agencyId: createAgency.id,
    });
  });

  it('a paused campaign, an absent or suspended agent, a licence taken away get no leads', async () => {
    const buyer = await agents.buyer();
    const reason = async () => (await agents.trace(await agents.lead()))[buyer.campaignId];
    const update = (change: object) =>
      agents.ok('mutation ($id: ID!, $input: UpdateAgentInput!) { updateAgent(id: $id, input: $input) { id } }', {
        id: buyer.agentId,
        input: change,
      });
    expect(await reason()).toBe('CHOSEN');
    await agents.ok('mutation ($id: ID!) { pauseCampaign(id: $id) { status } }', { id: buyer.campaignId });
    expect(await reason()).toBe('ACTIVE');
    await agents.ok('mutation ($id: ID!) { resumeCampaign(id: $id) { status } }', { id: buyer.campaignId });
    await agents.ok('mutation { setAvailability(availability: AWAY) { availability } }', {}, buyer.identity);
    expect(await reason()).toBe('ACTIVE');
    await agents.ok('mutation { setAvailability(availability: AVAILABLE) { availability } }', {}, buyer.identity);
    expect(await reason()).toBe('CHOSEN');
    await update({ licenses: [license] });
    expect(await reason()).toBe('LICENSE');
    await update({ status: 'SUSPENDED' });
    expect(await reason()).toBe('ACTIVE');
    expect((await agents.events('agents.agent.changed')).at(-1)).toEqual({
      agentId: buyer.agentId,
      status: 'SUSPENDED',
    });
  });

  it('a campaign that wants other states is found there and not where it was', async () => {
    const buyer = await agents.buyer();
    const document =
      'mutation ($id: ID!, $input: UpdateCampaignInput!) { updateCampaign(id: $id, input: $input) { states bidCents } }';
    const { updateCampaign } = await agents.ok(document, { id: buyer.campaignId, input: { states: ['OK'] } });
    expect(updateCampaign).toEqual({ states: ['OK'], bidCents: 10_000 });
    expect(Object.keys(await agents.trace(await agents.lead()))).not.toContain(buyer.campaignId);
    expect(await agents.trace(await agents.lead({ state: 'OK' }))).toEqual({ [buyer.campaignId]: 'LICENSE' });
    expect((await agents.refusal(document, { id: uuidv7(), input: {} })).code).toBe('NOT_FOUND');
  });

  it('a campaign is made for an agent that exists', async () => {
    const document = 'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { id agent { id } } }';
    const { agentId } = await agents.buyer();
    const { createCampaign } = await agents.ok(document, { input: { ...campaign, agentId } });
    expect(createCampaign.agent.id).toBe(agentId);
    expect((await agents.refusal(document, { input: { ...campaign, agentId: uuidv7() } })).code).toBe('NOT_FOUND');
  });

  it('pools are set up and changed, many at once', async () => {
    const document = 'mutation ($inputs: [PoolInput!]!) { upsertPools(inputs: $inputs) { line state strategy } }';
    const inputs = ['TX', 'OK'].map((state) => ({ line: 'HOME', state, strategy: 'WEIGHTED' }));
    expect((await agents.ok(document, { inputs })).upsertPools).toHaveLength(2);
    const changed = await agents.ok(document, { inputs: [{ line: 'HOME', state: 'TX', strategy: 'AUCTION' }] });
    expect(changed.upsertPools).toEqual([{ line: 'HOME', state: 'TX', strategy: 'AUCTION' }]);
    expect((await agents.refusal(document, { inputs: [inputs[0], inputs[0]] })).code).toBe('BAD_USER_INPUT');
    expect((await agents.ok('{ pools(line: HOME) { state strategy } }')).pools).toEqual([
      { state: 'OK', strategy: 'WEIGHTED' },
      { state: 'TX', strategy: 'AUCTION' },
    ]);
  });
});

describe('the offer window', () => {
  const OVERRIDE =
    'mutation ($input: OverrideOfferWindowInput!) { overrideOfferWindow(input: $input) { seconds usualSeconds overriddenUntil } }';

  it('can be another one for a while, for offers that go out from then on', async () => {
    const window = async () => {
      const { offer } = await agents.offered();
      const [stored] = (await agents.offers(offer.leadId)).filter(({ id }) => id === offer.id);
      return ((stored?.expiresAt?.getTime() ?? 0) - agents.clock.now().getTime()) / 1_000;
    };
    const { overrideOfferWindow } = await agents.ok(OVERRIDE, { input: { seconds: 3, minutes: 5 } });
    expect(overrideOfferWindow).toMatchObject({ seconds: 3, usualSeconds: 300 });
    expect(await window()).toBe(3);
    agents.clock.advance(5 * 60_000);
    expect(await window()).toBe(300);
    await agents.ok(OVERRIDE, { input: { seconds: 3 } });
    await agents.ok(OVERRIDE, { input: { seconds: null } });
    expect(await window()).toBe(300);
  });

  it.each([
    ['longer than an hour', { seconds: 3, minutes: 61 }],
    ['no time at all', { seconds: 0 }],
  ])('cannot be overridden for %s', async (_name, wish) => {
    expect((await agents.refusal(OVERRIDE, { input: wish })).code).toBe('BAD_USER_INPUT');
  });
});

describe('an assignment', () => {
  const UPDATE =
    'mutation ($id: ID!, $status: AssignmentStatus!, $reason: String) { updateAssignment(id: $id, status: $status, reason: $reason) { status reason } }';
  const bought = async () => {
    const { buyer, offer } = await agents.offered();
    await agents.accept(offer.id, buyer.identity);
    await agents.settle(offer);
    const { me } = await agents.ok('{ me { assignments { id } } }', {}, buyer.identity);
    return { id: me.assignments[0].id, identity: buyer.identity };
  };

  it('goes on step by step, by its agent alone', async () => {
    const [{ id, identity }, other] = [await bought(), await bought()];
    for (const status of ['ATTEMPTED', 'ATTEMPTED', 'CONTACTED', 'QUOTED', 'APPLIED', 'BOUND']) {
      expect((await agents.ok(UPDATE, { id, status }, identity)).updateAssignment.status).toBe(status);
    }
    const refused = async (change: object, who = identity) =>
      (await agents.subgraph.query(UPDATE, { id, ...change }, who)).errors?.[0]?.extensions.code;
    expect(await refused({ status: 'LOST', reason: 'x' })).toBe('ASSIGNMENT_STEP_INVALID');
    expect(await refused({ status: 'LOST', reason: 'x' }, other.identity)).toBe('ASSIGNMENT_NOT_FOUND');
    expect((await agents.events('agents.assignment.changed')).filter((one) => one.assignmentId === id)).toHaveLength(5);
  });

  it('is lost with a reason, not without', async () => {
    const { id, identity } = await bought();
    expect((await agents.subgraph.query(UPDATE, { id, status: 'LOST' }, identity)).errors?.[0]?.extensions.code).toBe(
      'BAD_USER_INPUT',
    );
    const { updateAssignment } = await agents.ok(UPDATE, { id, status: 'LOST', reason: 'NO_ANSWER' }, identity);
    expect(updateAssignment).toEqual({ status: 'LOST', reason: 'NO_ANSWER' });
  });
});
