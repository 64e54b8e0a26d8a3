import { type AddressInfo, createServer } from 'node:net';
import { eventually, type StandInReplica, standInReplica, type TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { leadsStore } from '../src/store/leadsStore.js';
import { create, makeSource, operator, startLeads, submission } from './leadsFixture.js';

let replica: StandInReplica;
let leads: TestSubgraph;
let sourceId: string;
beforeAll(async () => {
  replica = await standInReplica(leadsStore);
  leads = await startLeads({ replicaUrl: replica.url });
  sourceId = await makeSource(leads, { name: 'known' });
});
afterAll(async () => {
  await leads.stop();
  await replica.drop();
});

const today = () => new Date().toISOString().slice(0, 10);
const listed = async () => {
  const { data, errors } = await leads.query(
    '{ leads(first: 5) { edges { node { id } } totalCount { value } } }',
    {},
    operator,
  );
  expect(errors).toBeUndefined();
  return data.leads.totalCount.value;
};
const sources = async (name: string | null = null) => {
  const { data, errors } = await leads.query(
    'query ($name: String) { sources(first: 5, name: $name) { edges { node { id name } } } }',
    { name },
    operator,
  );
  expect(errors).toBeUndefined();
  return data.sources.edges.map(({ node }: { node: { id: string; name: string } }) => node);
};
const reported = async () => {
  const { data, errors } = await leads.query(
    'query ($range: ReportRange!) { funnelReport(range: $range) { received } }',
    { range: { from: today(), to: today() } },
    operator,
  );
  expect(errors).toBeUndefined();
  return data.funnelReport[0].received;
};

it('lists and reports come from the replica; leads by id, references and mutations never do', async () => {
  const { lead } = await create(leads, submission(sourceId));
  expect(lead.status).toBe('VALIDATED');
  expect(await listed()).toBe(0);
  expect(await reported()).toBe(0);
  const byId = await leads.query('query ($id: ID!) { lead(id: $id) { id } }', { id: lead.id }, operator);
  expect(byId.data.lead.id).toBe(lead.id);
  const { data } = await leads.query(
    'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { id } } }',
    { of: [{ __typename: 'Lead', id: lead.id }] },
    operator,
  );
  expect(data._entities).toEqual([{ id: lead.id }]);
  const erased = await leads.query(
    'mutation ($id: ID!) { eraseLead(leadId: $id, reason: "r") { status } }',
    { id: lead.id },
    operator,
  );
  expect(erased.data.eraseLead.status).toBe('ERASED');
});

it('sources are listed from the replica, looked up by name from the primary', async () => {
  expect(await sources()).toEqual([]);
  expect(await sources('known')).toEqual([{ id: sourceId, name: 'known' }]);
});

it('come from the primary while the replica takes connections and answers nothing', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  const others = await startLeads({ replicaUrl: `postgres://postgres@127.0.0.1:${port}/leads` });
  try {
    const ask = () => others.query('{ leads(first: 1) { edges { node { id } } } }', {}, operator);
    const answers = await Promise.all(Array.from({ length: 12 }, ask));
    expect(answers.map(({ data }) => data?.leads.edges)).toEqual(Array.from({ length: 12 }, () => []));
  } finally {
    await others.stop();
    silent.close();
  }
});

it('come from the primary while the replica is away', async () => {
  await replica.drop();
  await eventually(async () => {
    expect(await listed()).toBe(1);
    expect(await reported()).toBe(1);
    expect(await sources()).toHaveLength(1);
  });
});
