import type { Identity } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type AgentsTestbed, type Buyer, operator, startAgents } from '../../test/agentsTestbed.js';

let agents: AgentsTestbed;
let buyers: Buyer[];
let leads: string[];
beforeAll(async () => {
  agents = await startAgents();
  buyers = [];
  leads = [];
  for (let count = 0; count < 4; count += 1) buyers.push(await agents.buyer());
  for (let count = 0; count < 12; count += 1) leads.push(await agents.lead());
  const [offer] = await agents.offers(leads[0] ?? '');
  if (!offer) throw new Error('no offer');
  await agents.hold(offer);
  await agents.accept(offer.id, { kind: 'AGENT', sub: offer.agentId, scopes: [] });
  await agents.settle(offer);
});
afterAll(() => agents.stop());

async function statementsOf(document: string, variables: Record<string, unknown>): Promise<number> {
  const { metrics } = agents.subgraph.running.tools;
  const count = async () =>
    (await metrics.statements.get()).values.find(({ labels }) => labels.origin === 'request')?.value ?? 0;
  const before = await count();
  await agents.ok(document, variables);
  return (await count()) - before;
}
const entities = (typename: string, selection: string) =>
  `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${typename} { id ${selection} } } }`;
const of = (typename: string, ids: string[]) => ({
  representations: ids.map((id) => ({ __typename: typename, id })),
});

describe('a list costs one statement an entity type and level, however long it is', () => {
  const agentIds = () => buyers.map(({ agentId }) => agentId);
  test.each([
    ['Lead', 'offers { id status }', () => leads, 1],
    [
      'Lead',
      'offers { agent { agency { legalName } } campaign { name } quote { id } assignment { status } }',
      () => leads,
      5,
    ],
    [
      'Lead',
      'routing { state rounds { reasons { reason campaigns } trace { reason campaign { name } agent { name } } } }',
      () => leads,
      4,
    ],
    ['Agent', 'name agency { legalName } licenses { state } campaigns { name }', agentIds, 4],
    [
      'Agent',
      'offers(first: 3) { id lead { id } } accepted: offers(status: [ACCEPTED]) { id } assignments { status offer { id } }',
      agentIds,
      5,
    ],
  ] as const)('%s { %s }', async (typename, selection, ids, statements) => {
    const document = entities(typename, selection);
    expect(await statementsOf(document, of(typename, ids()))).toBe(statements);
    expect(await statementsOf(document, of(typename, ids().slice(0, 1)))).toBe(statements);
  });
});

describe('lists', () => {
  const OFFERS = `query ($filter: OfferFilter, $first: Int!, $after: String) { offers(filter: $filter, first: $first, after: $after) {
    edges { node { id } } pageInfo { hasNextPage endCursor } totalCount { value relation } } }`;

  it('of offers are paged through without gaps, the newest first', async () => {
    const seen: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { offers } = await agents.ok(OFFERS, { first: 7, after });
      expect(offers.totalCount).toEqual({ value: 48, relation: 'EQ' });
      seen.push(...offers.edges.map(({ node }: { node: { id: string } }) => node.id));
      after = offers.pageInfo.endCursor;
      more = offers.pageInfo.hasNextPage;
    }
    expect(new Set(seen).size).toBe(48);
    expect(seen).toEqual(seen.toSorted().reverse());
  });

  it.each([
    ['status', () => ({ status: ['ACCEPTED'] }), 1],
    ['several statuses', () => ({ status: ['ACCEPTED', 'RESERVED'] }), 48],
    ['agent', () => ({ agentId: buyers[0]?.agentId }), 12],
    ['lead', () => ({ leadId: leads[3] }), 4],
    ['time', () => ({ since: '2027-01-01T00:00:00Z' }), 0],
  ])('of offers are filtered by %s', async (_name, filter, expected) => {
    expect((await agents.ok(OFFERS, { first: 100, filter: filter() })).offers.edges).toHaveLength(expected);
  });

  it.each([
    ['a page of 10,000', { first: 10_000 }, 'PAGE_TOO_LARGE'],
    ['an empty page', { first: 0 }, 'BAD_USER_INPUT'],
    ['a malformed cursor', { first: 1, after: 'bm9wZQ' }, 'INVALID_CURSOR'],
    ['an agent that is no id', { first: 1, filter: { agentId: 'x' } }, 'BAD_USER_INPUT'],
  ])('refuse %s', async (_name, variables, code) => {
    expect((await agents.refusal(OFFERS, variables)).code).toBe(code);
  });

  it('of an agent refuse a size over the limit', async () => {
    const document = 'query ($id: ID!) { agent(id: $id) { offers(first: 101) { id } } }';
    expect((await agents.refusal(document, { id: buyers[0]?.agentId })).code).toBe('PAGE_TOO_LARGE');
  });

  it('of agents, campaigns and agencies are filtered', async () => {
    const document = `query ($agency: ID!, $agent: ID!) {
      agents(filter: { agencyId: $agency, status: ACTIVE }) { edges { node { id } } }
      none: agents(filter: { status: PAUSED }) { edges { node { id } } }
      campaigns(filter: { agentId: $agent, line: AUTO, state: "TX", mode: SHARED, status: ACTIVE }) { edges { node { id agent { id } } } }
      agencies(first: 100) { totalCount { value } }
    }`;
    const [{ agentId, agencyId, campaignId } = { agentId: '', agencyId: '', campaignId: '' }] = buyers;
    expect(await agents.ok(document, { agency: agencyId, agent: agentId })).toEqual({
      agents: { edges: [{ node: { id: agentId } }] },
      none: { edges: [] },
      campaigns: { edges: [{ node: { id: campaignId, agent: { id: agentId } } }] },
      agencies: { totalCount: { value: 4 } },
    });
  });
});

describe('who sees what', () => {
  const see = async (identity: Identity) => {
    const sums = identity.kind === 'AGENT' ? '' : 'exclusiveCents sharedCents';
    const lead = `offers { agent { id } } routing { rounds { ${sums} trace { agent { id } reason } reasons { campaigns } } }`;
    return (await agents.ok(entities('Lead', lead), of('Lead', leads.slice(1, 2)), identity))._entities[0];
  };
  const refusedTo = async (identity: Identity, fields: string) =>
    (await agents.refusal(entities('Lead', fields), of('Lead', leads.slice(1, 2)), identity)).code;

  it('operators and frontends see every offer and why each campaign won or lost', async () => {
    for (const identity of [operator, { ...operator, kind: 'FRONTEND' as const }]) {
      const { offers, routing } = await see(identity);
      expect(offers).toHaveLength(4);
      expect(routing.rounds[0].trace).toHaveLength(4);
      expect(routing.rounds[0].exclusiveCents).toBe(0);
    }
  });

  it('counts the campaigns for other lines and states, which the trace does not name', async () => {
    const far = await agents.buyer({ campaign: { states: ['OK'] } });
    const other = await agents.buyer({ campaign: { line: 'LIFE' } });
    const leadId = await agents.lead();
    const document = entities('Lead', 'routing { rounds { reasons { reason campaigns } trace { campaign { id } } } }');
    const [{ routing }] = (await agents.ok(document, of('Lead', [leadId])))._entities;
    expect(routing.rounds[0].reasons).toEqual([
      { reason: 'LINE', campaigns: 1 },
      { reason: 'GEO', campaigns: 1 },
    ]);
    const named = routing.rounds[0].trace.map(({ campaign }: { campaign: { id: string } }) => campaign.id);
    expect(named).toHaveLength(4);
    expect(named).not.toContain(far.campaignId);
    expect(named).not.toContain(other.campaignId);
  });

  it('an agent sees its own', async () => {
    const [{ agentId, identity } = buyers[0] as Buyer] = buyers;
    const own = (await agents.offers(leads[1] ?? '')).find((offer) => offer.agentId === agentId);
    if (own) await agents.hold(own);
    const { offers, routing } = await see(identity);
    expect(offers).toEqual([{ agent: { id: agentId } }]);
    expect(routing.rounds[0].trace).toEqual([{ agent: { id: agentId }, reason: null }]);
    for (const sum of ['exclusiveCents', 'sharedCents'])
      expect(await refusedTo(identity, `routing { rounds { ${sum} } }`)).toBe('FORBIDDEN');
  });

  it('a partner sees neither', async () => {
    for (const fields of ['offers { id }', 'routing { round }'])
      expect(await refusedTo({ kind: 'PARTNER', sub: 'acme', scopes: [] }, fields)).toBe('FORBIDDEN');
  });

  it('an agent gets no other agent, campaign, offer or contact, and only its own in lists', async () => {
    const [mine, other] = buyers as [Buyer, Buyer];
    const [offer] = (await agents.offers(leads[2] ?? '')).filter(({ agentId }) => agentId === other.agentId);
    if (offer) await agents.hold(offer);
    const document = `query ($agent: ID!, $campaign: ID!, $offer: ID!) {
      agent(id: $agent) { id } campaign(id: $campaign) { id } offer(id: $offer) { id } me { id email }
      offers(first: 100) { edges { node { agent { id } } } } campaigns { edges { node { agent { id } } } }
    }`;
    const variables = { agent: other.agentId, campaign: other.campaignId, offer: offer?.id };
    const data = await agents.ok(document, variables, mine.identity);
    expect(data).toMatchObject({ agent: null, campaign: null, offer: null, me: { id: mine.agentId } });
    expect(data.me.email).toMatch(/@example\.com$/);
    const owners = [...data.offers.edges, ...data.campaigns.edges].map(({ node }) => node.agent.id);
    expect(new Set(owners)).toEqual(new Set([mine.agentId]));

    const seen = await agents.ok(
      entities('Agent', 'name email phone licenses { id } campaigns { id } offers { id }'),
      of('Agent', [other.agentId]),
      mine.identity,
    );
    expect(seen._entities[0]).toMatchObject({ email: null, phone: null, licenses: [], campaigns: [], offers: [] });
    expect((await agents.refusal('{ agents { edges { node { id } } } }', {}, mine.identity)).code).toBe('FORBIDDEN');
  });

  it('ids that are unknown or none are null', async () => {
    const document =
      '{ agent(id: "x") { id } offer(id: "019a0000-0000-7000-8000-000000000001") { id } campaign(id: "") { id } }';
    expect(await agents.ok(document)).toEqual({ agent: null, offer: null, campaign: null });
    const none = await agents.ok(
      entities('Offer', 'status'),
      of('Offer', ['x', '019a0000-0000-7000-8000-000000000001']),
    );
    expect(none._entities).toEqual([null, null]);
  });
});
