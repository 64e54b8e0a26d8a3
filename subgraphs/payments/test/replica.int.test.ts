import { eventually, type StandInReplica, standInReplica } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paymentsStore } from '../src/store/paymentsStore.js';
import { offerRef, type PaymentsTestbed, startPayments } from './paymentsTestbed.js';

let replica: StandInReplica;
let payments: PaymentsTestbed;
let agentId: string;
let priceCents: number;
let chargeId: string;
beforeAll(async () => {
  replica = await standInReplica(paymentsStore);
  payments = await startPayments({ replicaUrl: replica.url });
  agentId = await payments.agent(100_000);
  const { quotes } = await payments.lead();
  const offer = payments.reservation(agentId, quotes.SHARED);
  priceCents = offer.priceCents;
  await payments.deliver('agents.offer.reserved', offer);
  await payments.deliver('agents.offer.accepted', offerRef(offer));
  const [captured] = await payments.events('payments.charge.captured');
  chargeId = captured?.chargeId ?? '';
});
afterAll(async () => {
  await payments.stop();
  await replica.drop();
});

const listed = async () => (await payments.ok('{ charges { edges { node { id } } totalCount { value } } }')).charges;

it('the list of charges comes from the replica', async () => {
  expect(chargeId).not.toBe('');
  expect(await listed()).toEqual({ edges: [], totalCount: { value: 0 } });
});

it('wallets, the journal, charges by id and what a mutation answers never do', async () => {
  const data = await payments.ok(
    `query ($agentId: ID!, $chargeId: ID!) {
      wallet(agentId: $agentId) { availableCents entries { totalCount { value } } } charge(id: $chargeId) { id } trialBalance { balanced accounts { postings } }
    }`,
    { agentId, chargeId },
  );
  expect(data.wallet).toEqual({ availableCents: 100_000 - priceCents, entries: { totalCount: { value: 2 } } });
  expect(data.charge).toEqual({ id: chargeId });
  expect(data.trialBalance.balanced).toBe(true);
  expect(data.trialBalance.accounts.some(({ postings }: { postings: number }) => postings > 0)).toBe(true);
  const credited = await payments.ok(
    'mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { availableCents } }',
    {
      input: { agentId, amountCents: 500, reason: 'test', idempotencyKey: 'once' },
    },
  );
  expect(credited.creditWallet.availableCents).toBe(100_500 - priceCents);
});

it('comes from the primary while the replica is away', async () => {
  await replica.drop();
  await eventually(async () => {
    expect(await listed()).toEqual({ edges: [{ node: { id: chargeId } }], totalCount: { value: 1 } });
  });
});
