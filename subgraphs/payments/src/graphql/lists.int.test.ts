import { type Identity, uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offerRef, operator, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';

let payments: PaymentsTestbed;
let leads: string[];
let offers: string[];
let agents: string[];

beforeAll(async () => {
  payments = await startPayments();
  agents = [await payments.agent(1_000_000), await payments.agent(1_000_000)];
  leads = [];
  offers = [];
  for (let index = 0; index < 12; index += 1) {
    const { leadId, quotes } = await payments.lead({ isTest: index % 2 === 0 });
    const reservation = payments.reservation(agents[index % 2] ?? '', quotes.SHARED);
    await payments.deliver('agents.offer.reserved', reservation);
    if (index < 10) await payments.deliver('agents.offer.accepted', offerRef(reservation));
    leads.push(leadId);
    offers.push(reservation.offerId);
    payments.clock.advance(1_000);
  }
});
afterAll(() => payments?.stop());

async function statementsOf(document: string, variables: Record<string, unknown>): Promise<number> {
  const { metrics } = payments.subgraph.running.tools;
  const count = async () =>
    (await metrics.statements.get()).values.find(({ labels }) => labels.origin === 'request')?.value ?? 0;
  const before = await count();
  await payments.ok(document, variables);
  return (await count()) - before;
}

const representationsOf = (typename: string, ids: string[]) => ids.map((id) => ({ __typename: typename, id }));

describe('a list costs one statement an entity type and level, however long it is', () => {
  test.each([
    ['Lead', () => leads, 'quotes { id lead { id } breakdown { code } }', 1],
    // The hold's quotes and the charge's are one statement or two: whichever of hold and charge is read first does not wait for the other.
    ['Offer', () => offers, 'hold { id quote { id } } charge { id quote { id } hold { id } }', 5],
    [
      'Agent',
      () => agents,
      'wallet { id entries(first: 5) { edges { node { charge { id quote { id } } } } totalCount { value } } }',
      5,
    ],
  ] as const)('%s', async (typename, ids, selection, statements) => {
    const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${typename} { id ${selection} } } }`;
    const representations = representationsOf(typename, ids());
    expect(await statementsOf(document, { representations })).toBeLessThanOrEqual(statements);
  });
});

describe('the charges', () => {
  const CHARGES = `query ($filter: ChargeFilterInput, $first: Int!, $after: String) { charges(filter: $filter, first: $first, after: $after) {
    edges { node { id priceCents isTest quote { priceCents } offer { id } lead { id } agent { id } } } pageInfo { hasNextPage endCursor } totalCount { value relation }
  } }`;

  test('are listed for operators, the newest first, in pages without gaps', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const {
        charges,
      }: {
        charges: {
          edges: { node: { offer: { id: string } } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      } = await payments.ok(CHARGES, { first: 4, after });
      seen.push(...charges.edges.map(({ node }) => node.offer.id));
      after = charges.pageInfo.hasNextPage ? charges.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(offers.slice(0, 10).reverse());
  });

  test('cost their quote to the cent', async () => {
    const { charges } = await payments.ok(CHARGES, { first: 100 });
    for (const { node } of charges.edges) expect(node.priceCents).toBe(node.quote.priceCents);
  });

  test('are filtered', async () => {
    const total = async (filter: object) => (await payments.ok(CHARGES, { first: 1, filter })).charges.totalCount.value;
    expect(await total({})).toBe(10);
    expect(await total({ agentId: agents[0] })).toBe(5);
    expect(await total({ leadId: leads[0] })).toBe(1);
    expect(await total({ isTest: true })).toBe(5);
    expect(await total({ status: ['REFUNDED'] })).toBe(0);
    expect(await total({ capturedTo: '2026-11-20T12:00:05Z' })).toBe(5);
    expect(await total({ capturedFrom: payments.clock.now().toISOString() })).toBe(0);
    payments.clock.advance(91 * 86_400_000);
    expect(await total({})).toBe(0);
    payments.clock.advance(-91 * 86_400_000);
  });

  test('refuse what cannot be: a page of 10,000, a malformed cursor, an id that is none', async () => {
    const code = async (variables: object) => (await payments.refusal(CHARGES, { first: 1, ...variables })).code;
    expect(await code({ first: 10_000 })).toBe('PAGE_TOO_LARGE');
    expect(await code({ first: 0 })).toBe('BAD_USER_INPUT');
    expect(await code({ after: 'WyJvdGhlciIsMV0' })).toBe('INVALID_CURSOR');
    expect(await code({ filter: { agentId: "' OR 1=1" } })).toBe('BAD_USER_INPUT');
  });

  test('are not for others, but an agent reads its own', async () => {
    const agent: Identity = { kind: 'AGENT', sub: agents[0] ?? '', scopes: [] };
    expect(await payments.refusal(CHARGES, { first: 1 }, agent)).toMatchObject({ code: 'FORBIDDEN' });
    const { charges } = await payments.ok(CHARGES, { first: 2 });
    const [other, mine] = charges.edges.map(({ node }: { node: { id: string } }) => node.id);
    expect((await payments.ok(`{ charge(id: "${mine}") { id } }`, {}, agent)).charge.id).toBe(mine);
    for (const id of [other, uuidv7()]) {
      expect(await payments.refusal(`{ charge(id: "${id}") { id } }`, {}, agent)).toMatchObject({ code: 'NOT_FOUND' });
    }
  });
});

test('the money behind another agent’s offer is not there for an agent', async () => {
  const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Offer { hold { agent { id } } charge { id } } ... on Hold { priceCents } } }`;
  const representations = representationsOf('Offer', offers.slice(0, 2));
  const agent: Identity = { kind: 'AGENT', sub: agents[0] ?? '', scopes: [] };
  const { _entities } = await payments.ok(document, { representations }, agent);
  expect(_entities[0].hold.agent.id).toBe(agents[0]);
  expect(_entities[1]).toEqual({ hold: null, charge: null });
});

test('health says that the store answers', async () => {
  const { health } = await payments.ok('{ health { payments { status failing uptimeSeconds } } }', {}, operator);
  expect(health.payments).toMatchObject({ status: 'OK', failing: [] });
});
