import { uuidv7 } from '@leadgraph/kit';
import { watchChanges } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultSettings } from '../src/config.js';
import { buildPaymentsSchema } from '../src/schema.js';
import { wirePayments } from '../src/wirePayments.js';
import { offerRef, operator, type PaymentsTestbed, startPayments } from './paymentsTestbed.js';

let payments: PaymentsTestbed;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments.stop());

const frontend = { kind: 'FRONTEND', sub: 'web', scopes: [] } as const;
const partner = { kind: 'PARTNER', sub: 'acme', scopes: [] } as const;
const agentOf = (sub: string) => ({ kind: 'AGENT', sub, scopes: [] }) as const;

async function expireHolds(): Promise<void> {
  const { sweepers } = await wirePayments(defaultSettings)(payments.subgraph.running.tools);
  await sweepers.find(({ name }) => name === 'expire-holds')?.run(new AbortController().signal);
}

it('whatever changes of wallets, quotes, holds and charges is named by an event', async () => {
  const { sdl } = await buildPaymentsSchema();
  const watch = watchChanges(payments.subgraph, sdl, [operator, frontend, partner]);
  const during: typeof watch.during = (name, write) => watch.during(name, write);

  const agentId = uuidv7();
  watch.as(agentOf(agentId));
  watch.as(agentOf(uuidv7()));
  watch.entity('Agent', agentId);
  watch.entity('Wallet', agentId);
  await during('registered', () => payments.deliver('agents.agent.registered', { agentId, agencyId: uuidv7() }));
  const input = { agentId, amountCents: 100_000, reason: 'test', idempotencyKey: uuidv7() };
  await during('creditWallet', () =>
    payments.ok('mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { id } }', { input }),
  );
  const { wallet } = await payments.ok(
    'query ($id: ID!) { wallet(agentId: $id) { entries { edges { node { id } } } } }',
    { id: agentId },
  );
  const credited = wallet.entries.edges[0].node.id;
  await during('creditWallets', () =>
    payments.ok('mutation ($input: CreditWalletsInput!) { creditWallets(input: $input) { id } }', {
      input: { credits: [{ agentId, amountCents: 500_000 }], reason: 'test', idempotencyKey: uuidv7() },
    }),
  );
  await during('setCreditLimit', () =>
    payments.ok('mutation ($input: SetCreditLimitInput!) { setCreditLimit(input: $input) { id } }', {
      input: { agentId, creditLimitCents: 1_000, idempotencyKey: uuidv7() },
    }),
  );
  await during('reverseEntry', () =>
    payments.ok('mutation ($input: ReverseEntryInput!) { reverseEntry(input: $input) { id } }', {
      input: { entryId: credited, reason: 'test', idempotencyKey: uuidv7() },
    }),
  );

  const leadId = uuidv7();
  watch.entity('Lead', leadId);
  const { quotes } = await during('qualified', () => payments.lead({ leadId, partner: 'acme' }));
  await during('quoteLead', () =>
    payments.ok('mutation ($input: QuoteLeadInput!) { quoteLead(input: $input) { id } }', {
      input: { leadId, mode: 'SHARED', idempotencyKey: uuidv7() },
    }),
  );
  await during('quotes asked for', () => payments.deliver('agents.quote.requested', { leadId }));
  await during('rescored', () =>
    payments.deliver('leads.lead.rescored', { leadId, score: 90, tier: 'HOT' }, { version: 9 }),
  );

  const reserve = async (name: string, priceCents?: number) => {
    const reservation = payments.reservation(agentId, quotes.SHARED, priceCents);
    watch.entity('Offer', reservation.offerId);
    await during(name, () => payments.deliver('agents.offer.reserved', reservation));
    return reservation;
  };
  const sold = await reserve('reserved');
  await during('reserved again, for longer', () =>
    payments.deliver('agents.offer.reserved', {
      ...sold,
      windowEndsAt: new Date(Date.parse(sold.windowEndsAt) + 60_000).toISOString(),
    }),
  );
  await during('captured', () => payments.deliver('agents.offer.accepted', offerRef(sold)));
  const rejected = await reserve('reserved in an auction', quotes.SHARED.priceCents + 500);
  await during('released', () => payments.deliver('agents.offer.rejected', { ...offerRef(rejected), reason: null }));
  await reserve('refused', 50_000_000);
  await reserve('reserved');
  await during('withdrawn', () =>
    payments.deliver('leads.lead.withdrawn', { leadId, reason: 'CONSENT_REVOKED' }, { version: 10 }),
  );
  await during('time', async () => payments.clock.advance(3_600_000));
  await during('expired', expireHolds);

  expect(await watch.compareCallers()).toEqual({ faults: [], fields: ['Agent.id', 'Lead.id', 'Lead.quotes'] });
  expect(watch.faults).toEqual([]);
  expect([...watch.changed]).toEqual(
    expect.arrayContaining([
      'Agent.wallet',
      'Wallet.id',
      'Wallet.availableCents',
      'Wallet.creditLimitCents',
      'Wallet.entries',
      'Lead.quotes',
      'Offer.hold',
      'Offer.charge',
      'Hold.status',
      'Hold.expiresAt',
    ]),
  );
});

it('a change that no event names is found', async () => {
  const { sdl } = await buildPaymentsSchema();
  const watch = watchChanges(payments.subgraph, sdl, [operator]);
  const agentId = await payments.agent(1_000);
  await watch.during('behind its back', () =>
    payments.db.query('UPDATE wallet SET credit_limit_cents = 7 WHERE agent_id = $1', [agentId]),
  );
  expect(watch.faults).toContain('behind its back: Wallet.creditLimitCents, seen by OPERATOR, is named by nothing');
});
