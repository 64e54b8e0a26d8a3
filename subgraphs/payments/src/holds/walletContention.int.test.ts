import { uuidv7 } from '@leadgraph/kit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { offerRef, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';
import { defaultSettings } from '../config.js';
import { expireHolds } from '../sweepers/expireHolds.js';

let payments: PaymentsTestbed;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments?.stop());

test('forty holds at the same time on a wallet that can pay seven: seven are held', async () => {
  const { quotes } = await payments.lead();
  const price = quotes.SHARED.priceCents;
  const agentId = await payments.agent(price * 7 + price - 1);
  const reservations = Array.from({ length: 40 }, () => payments.reservation(agentId, quotes.SHARED));
  await Promise.all(reservations.map((reservation) => payments.deliver('agents.offer.reserved', reservation)));

  const mine = new Set(reservations.map((reservation) => reservation.offerId));
  const held = (await payments.events('payments.hold.held')).filter((event) => mine.has(event.offerId));
  const refused = (await payments.events('payments.hold.refused')).filter((event) => mine.has(event.offerId));
  expect(held).toHaveLength(7);
  expect(refused.map((event) => event.reason)).toEqual(Array(33).fill('FUNDS'));
  expect((await payments.wallet(agentId)).availableCents).toBe(price - 1);

  // The snapshots that go out tell the truth in the order of their versions.
  const snapshots = (await payments.subgraph.outbox('payments.wallet.changed')).filter(
    (event) => event.entities[0]?.key === agentId,
  );
  const byVersion = snapshots.map((event) => ({
    version: event.entities[0]?.version,
    available: (event.payload as { availableCents: number }).availableCents,
  }));
  expect(byVersion.map(({ version }) => version)).toEqual(byVersion.map((_, index) => index + 1));
  expect(byVersion.at(-1)?.available).toBe(price - 1);
});

test('holds, releases, captures and credits at the same time leave the books right', async () => {
  const { quotes } = await payments.lead();
  const price = quotes.SHARED.priceCents;
  const agents = [await payments.agent(price * 3), await payments.agent(price * 3)];
  const credit = (agentIds: string[]) =>
    payments.ok('mutation ($input: CreditWalletsInput!) { creditWallets(input: $input) { id } }', {
      input: {
        credits: agentIds.map((agentId) => ({ agentId, amountCents: 5 })),
        reason: 'contention',
        idempotencyKey: uuidv7(),
      },
    });
  await Promise.all([
    ...Array.from({ length: 24 }, async (_, index) => {
      const reservation = payments.reservation(agents[index % 2] ?? '', quotes.SHARED);
      await payments.deliver('agents.offer.reserved', reservation);
      const ref = offerRef(reservation);
      if (index % 3 === 0) await payments.deliver('agents.offer.accepted', ref);
      else await payments.deliver('agents.offer.rejected', { ...ref, reason: null });
    }),
    // In opposite orders, which would deadlock if wallets were locked as they come.
    ...Array.from({ length: 8 }, (_, index) => credit(index % 2 ? agents : [...agents].reverse())),
  ]);
  expect(await payments.ledgerFaults()).toEqual([]);
  for (const agentId of agents) {
    expect((await payments.wallet(agentId)).heldCents).toBe(0);
    expect((await payments.wallet(agentId)).availableCents).toBeGreaterThanOrEqual(0);
  }
});

test('whatever the order and number of events: one charge an offer at most, at its quote’s price, and the books add up', async () => {
  const steps = ['reserved', 'reserved', 'accepted', 'rejected', 'expired', 'cancelled', 'sweep', 'wait'] as const;
  const anySequence = fc.array(fc.record({ offer: fc.nat(2), step: fc.constantFrom(...steps) }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(anySequence, fc.nat(3), async (sequence, affordable) => {
      const { quotes } = await payments.lead();
      const price = quotes.EXCLUSIVE.priceCents;
      const agentId = await payments.agent(price * affordable + 1);
      const offers = Array.from({ length: 3 }, () => payments.reservation(agentId, quotes.EXCLUSIVE));
      for (const { offer, step } of sequence) {
        const reservation = offers[offer];
        if (!reservation) continue;
        const ref = offerRef(reservation);
        if (step === 'wait') payments.clock.advance(250_000);
        else if (step === 'sweep') {
          await expireHolds(payments.db, { clock: payments.clock, settings: defaultSettings }).run(
            new AbortController().signal,
          );
        } else if (step === 'reserved') await payments.deliver('agents.offer.reserved', reservation);
        else if (step === 'cancelled') await payments.deliver('agents.offer.cancelled', { ...ref, reason: 'TAKEN' });
        else if (step === 'rejected') await payments.deliver('agents.offer.rejected', { ...ref, reason: null });
        else await payments.deliver(`agents.offer.${step}`, ref);
      }
      expect(await payments.ledgerFaults()).toEqual([]);
      const wallet = await payments.wallet(agentId);
      expect(wallet.availableCents).toBeGreaterThanOrEqual(0);
      const charged: { offer_id: string; count: number }[] = await payments.db.query(
        'SELECT charge.offer_id, count(*)::int FROM charge JOIN quote ON quote.id = quote_id AND quote.price_cents = charge.price_cents WHERE agent_id = $1 GROUP BY charge.offer_id',
        [agentId],
      );
      expect(charged.every(({ count }) => count === 1)).toBe(true);
      expect(wallet.balanceCents).toBe(price * affordable + 1 - price * charged.length);
    }),
    { numRuns: 40 },
  );
});
