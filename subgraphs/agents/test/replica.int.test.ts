import { eventually, type StandInReplica, standInReplica } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentsStore } from '../src/store/agentsStore.js';
import { type AgentsTestbed, type Buyer, operator, startAgents } from './agentsTestbed.js';

let replica: StandInReplica;
let agents: AgentsTestbed;
let buyer: Buyer;
let offerId: string;
let leadId: string;
beforeAll(async () => {
  replica = await standInReplica(agentsStore);
  agents = await startAgents({}, { replicaUrl: replica.url });
  const made = await agents.offered();
  buyer = made.buyer;
  leadId = made.leadId;
  offerId = made.offer.id;
});
afterAll(async () => {
  await agents.stop();
  await replica.drop();
});

const LISTS = `{
  agents { totalCount { value } } agencies { totalCount { value } } campaigns { totalCount { value } } offers { totalCount { value } }
}`;
const totals = async () => {
  const data = await agents.ok(LISTS);
  return Object.fromEntries(
    Object.entries(data as Record<string, { totalCount: { value: number } }>).map(([list, { totalCount }]) => [
      list,
      totalCount.value,
    ]),
  );
};

it('what operators list comes from the replica', async () => {
  await agents.ok('mutation { upsertPools(inputs: [{ line: AUTO, state: "TX", strategy: AUCTION }]) { line } }');
  expect(await totals()).toEqual({ agents: 0, agencies: 0, campaigns: 0, offers: 0 });
  expect((await agents.ok('{ pools { line } }')).pools).toEqual([]);
});

it('what an agent acts upon, what is looked up, entities and what a mutation answers never do', async () => {
  const own = await agents.ok(
    '{ offers { edges { node { id } } } campaigns { edges { node { id } } } me { id } }',
    {},
    buyer.identity,
  );
  expect(own.offers.edges).toEqual([{ node: { id: offerId } }]);
  expect(own.campaigns.edges).toEqual([{ node: { id: buyer.campaignId } }]);
  expect(own.me).toEqual({ id: buyer.agentId });

  const { agent } = await agents.ok('query ($id: ID!) { agent(id: $id) { npn } }', { id: buyer.agentId });
  const found = await agents.ok(
    'query ($npn: String!) { agents(filter: { npn: $npn }) { edges { node { id } } } }',
    agent,
  );
  expect(found.agents.edges).toEqual([{ node: { id: buyer.agentId } }]);

  const data = await agents.ok(
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { offers { id } } ... on Agent { offers { id } } } }',
    {
      of: [
        { __typename: 'Lead', id: leadId },
        { __typename: 'Agent', id: buyer.agentId },
      ],
    },
  );
  expect(data._entities).toEqual([{ offers: [{ id: offerId }] }, { offers: [{ id: offerId }] }]);

  const accepted = await agents.accept(offerId, buyer.identity);
  expect(accepted.data.acceptOffer).toMatchObject({ id: offerId, status: 'ACCEPTED' });
});

it('comes from the primary while the replica is away', async () => {
  await replica.drop();
  await eventually(async () => {
    expect(await totals()).toEqual({ agents: 1, agencies: 1, campaigns: 1, offers: 1 });
    expect((await agents.ok('{ pools { line } }', {}, operator)).pools).toEqual([{ line: 'AUTO' }]);
  });
});
