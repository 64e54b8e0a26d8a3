import { uuidv7 } from '@leadgraph/kit';
import type { TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acme, agent, CREATE, create, makeSource, operator, startLeads, submission } from './leadsFixture.js';

let leads: TestSubgraph;
let ids: string[];
const buyer = agent(uuidv7());

beforeAll(async () => {
  leads = await startLeads();
  const sources = await Promise.all(Array.from({ length: 10 }, () => makeSource(leads)));
  const address = { street: '9 Shared Court', city: 'Chicago', state: 'IL', zip: '60601' };
  ids = [];
  for (let index = 0; index < 50; index += 1) {
    const changes = index < 5 ? { address } : index < 10 ? { contact: { phone: '+13128670001' } } : {};
    ids.push((await create(leads, submission(sources[index % 10] as string, changes))).lead.id);
  }
  for (const leadId of ids.slice(0, 30)) {
    await leads.deliver('payments.charge.captured', {
      leadId,
      agentId: buyer.sub,
      offerId: uuidv7(),
      chargeId: uuidv7(),
      holdId: uuidv7(),
      quoteId: uuidv7(),
      priceCents: 100,
    });
  }
});
afterAll(() => leads.stop());

/** How many statements this work costs the store. */
async function statements(work: () => Promise<unknown>): Promise<number> {
  const count = async () => {
    const { values } = await leads.running.tools.metrics.statements.get();
    return values.find(({ labels }) => labels.origin === 'request')?.value ?? 0;
  };
  const before = await count();
  await work();
  return (await count()) - before;
}

const FIELDS = 'id status contact { firstName } notes details { __typename } source { name quality } consent { text }';
const BUYERS = 'buyers { agent { id } }';
const OTHERS = `duplicateOf { id source { name } } household { id source { name } }
  timeline(first: 5) { edges { node { toStatus } } totalCount { value } }`;

describe('statements', () => {
  it.each([
    ['an operator', operator, 50, `${BUYERS} ${OTHERS}`],
    ['a partner', acme, 50, OTHERS],
    ['an agent', buyer, 30, BUYERS],
  ])('for a list of 50 leads as %s are one for each kind of entity and level', async (_, identity, shown, more) => {
    const list = (first: number) => async () => {
      const { data, errors } = await leads.query(
        `query ($first: Int!) { leads(first: $first) { edges { node { ${FIELDS} ${more} } } } }`,
        { first },
        identity,
      );
      expect(errors).toBeUndefined();
      expect(data.leads.edges).toHaveLength(Math.min(first, shown));
    };
    const forFifty = await statements(list(50));
    // leads, sources, qualities, consents, buyers, timelines; originals, households; and nothing for their sources, which are known
    expect(forFifty).toBeLessThanOrEqual(8);
    expect(forFifty).toBeLessThanOrEqual((await statements(list(2))) + 2);
  });

  it('for 50 references are one for each kind of entity', async () => {
    const count = await statements(async () => {
      const { data } = await leads.query(
        `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Lead { id source { name } buyers { offerId } } } }`,
        { of: [...ids, ...ids].map((id) => ({ __typename: 'Lead', id })) },
        operator,
      );
      expect(data._entities).toHaveLength(100);
    });
    expect(count).toBe(3);
  });

  it('count a total only when it is selected', async () => {
    const list = (fields: string) => () =>
      leads.query(`{ leads(first: 1) { edges { node { id } } ${fields} } }`, {}, operator);
    expect(await statements(list(''))).toBe(1);
    expect(await statements(list('totalCount { value }'))).toBe(2);
  });

  it('of a submission stay few', async () => {
    const [sourceId] = [await makeSource(leads)];
    const input = submission(sourceId, { idempotencyKey: uuidv7(), externalId: uuidv7() });
    expect(await statements(() => leads.query(CREATE, { input }, acme))).toBeLessThanOrEqual(14);
  });
});
