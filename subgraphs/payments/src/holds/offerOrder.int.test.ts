import { uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { offerRef, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';
import { defaultSettings } from '../config.js';
import { expireHolds } from '../sweepers/expireHolds.js';

let payments: PaymentsTestbed;
let agentId: string;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments?.stop());
beforeEach(async () => {
  agentId = await payments.agent(100_000);
});

async function newReservation() {
  const { quotes } = await payments.lead();
  const reservation = payments.reservation(agentId, quotes.SHARED);
  return { reservation, ref: offerRef(reservation), price: reservation.priceCents };
}

async function sweep(): Promise<number> {
  const sweeper = expireHolds(payments.db, { clock: payments.clock, settings: defaultSettings });
  const result = await sweeper.run(new AbortController().signal);
  return typeof result === 'number' ? result : result.finished;
}

const untouched = { balanceCents: 100_000, heldCents: 0, availableCents: 100_000 };

describe('an offer that comes to nothing', () => {
  const ends = [
    ['agents.offer.rejected', { reason: null }, 'REJECTED'],
    ['agents.offer.expired', {}, 'EXPIRED'],
    ['agents.offer.cancelled', { reason: 'TAKEN' }, 'CANCELLED'],
  ] as const;

  test.each(ends)('%s: its money is free again, once', async (type, more, reason) => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.reserved', reservation);
    for (let time = 0; time < 2; time += 1) await payments.deliver(type, { ...ref, ...more } as never);
    expect(await payments.events('payments.hold.released', ref.offerId)).toMatchObject([{ ...ref, reason }]);
    expect(await payments.wallet(agentId)).toEqual(untouched);
  });

  test('before its reservation was handled: the reservation is refused', async () => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.cancelled', { ...ref, reason: 'WITHDRAWN' });
    await payments.deliver('agents.offer.reserved', reservation);
    expect(await payments.events('payments.hold.refused', ref.offerId)).toMatchObject([{ reason: 'OFFER_ENDED' }]);
    expect(await payments.wallet(agentId)).toEqual(untouched);
  });

  test('and is reserved once more by a late repetition: refused', async () => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.reserved', reservation);
    await payments.deliver('agents.offer.expired', ref);
    await payments.deliver('agents.offer.reserved', reservation);
    expect(await payments.events('payments.hold.refused', ref.offerId)).toMatchObject([{ reason: 'OFFER_ENDED' }]);
    expect(await payments.wallet(agentId)).toEqual(untouched);
  });

  test('cannot be charged afterwards, and every repetition hears the same', async () => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.reserved', reservation);
    await payments.deliver('agents.offer.rejected', { ...ref, reason: 'price' });
    for (let time = 0; time < 2; time += 1) await payments.deliver('agents.offer.accepted', ref);
    const failed = await payments.events('payments.charge.failed', ref.offerId);
    expect(failed).toMatchObject([{ reason: 'HOLD_RELEASED' }, { reason: 'HOLD_RELEASED' }]);
    expect(await payments.wallet(agentId)).toEqual(untouched);
  });
});

test('an accepted offer without a hold fails, and no hold is made for it afterwards', async () => {
  const { reservation, ref } = await newReservation();
  await payments.deliver('agents.offer.accepted', ref);
  expect(await payments.events('payments.charge.failed', ref.offerId)).toMatchObject([{ reason: 'HOLD_MISSING' }]);
  await payments.deliver('agents.offer.reserved', reservation);
  expect(await payments.events('payments.hold.refused', ref.offerId)).toMatchObject([{ reason: 'OFFER_ENDED' }]);
  expect(await payments.wallet(agentId)).toEqual(untouched);
});

test('a charged offer stays charged when an end of it comes late', async () => {
  const { reservation, ref, price } = await newReservation();
  await payments.deliver('agents.offer.reserved', reservation);
  await payments.deliver('agents.offer.accepted', ref);
  await payments.deliver('agents.offer.expired', ref);
  expect(await payments.events('payments.hold.released', ref.offerId)).toEqual([]);
  expect((await payments.wallet(agentId)).balanceCents).toBe(100_000 - price);
  expect(await payments.ledgerFaults()).toEqual([]);
});

describe('a hold past its time', () => {
  test('is given back by the sweeper, not a moment earlier, and is not captured any more', async () => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.reserved', reservation);
    payments.clock.advance(300_000 + 600_000 - 1);
    expect(await sweep()).toBe(0);
    payments.clock.advance(1);
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
    expect(await payments.events('payments.hold.released', ref.offerId)).toMatchObject([{ reason: 'HOLD_EXPIRED' }]);
    expect(await payments.wallet(agentId)).toEqual(untouched);
    await payments.deliver('agents.offer.accepted', ref);
    expect(await payments.events('payments.charge.failed', ref.offerId)).toMatchObject([{ reason: 'HOLD_EXPIRED' }]);
  });

  test('that was not swept yet is captured: its money is still set aside', async () => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.reserved', reservation);
    payments.clock.advance(3_600_000);
    await payments.deliver('agents.offer.accepted', ref);
    expect(await payments.events('payments.charge.captured', ref.offerId)).toHaveLength(1);
    expect(await sweep()).toBe(0);
  });

  test('is moved away when the offer is reserved again with a later window', async () => {
    const { reservation, ref } = await newReservation();
    await payments.deliver('agents.offer.reserved', reservation);
    payments.clock.advance(600_000);
    const windowEndsAt = new Date(payments.clock.now().getTime() + 300_000).toISOString();
    await payments.deliver('agents.offer.reserved', { ...reservation, windowEndsAt });
    payments.clock.advance(400_000);
    expect(await sweep()).toBe(0);
    const held = await payments.events('payments.hold.held', ref.offerId);
    expect(Date.parse(held[1]?.expiresAt ?? '')).toBe(Date.parse(windowEndsAt) + 600_000);
    await payments.deliver('agents.offer.cancelled', { ...ref, reason: 'TAKEN' });
  });
});

describe('a reservation is refused', () => {
  const refused = async (offerId: string) =>
    (await payments.events('payments.hold.refused', offerId)).map((event) => event.reason);

  test('WALLET_UNKNOWN for an agent that nobody registered', async () => {
    const { reservation } = await newReservation();
    await payments.deliver('agents.offer.reserved', { ...reservation, agentId: uuidv7() });
    expect(await refused(reservation.offerId)).toEqual(['WALLET_UNKNOWN']);
  });

  test('QUOTE_UNKNOWN for a quote that is none, of another lead or mode, or dearer than what was agreed', async () => {
    const { reservation } = await newReservation();
    const other = await payments.lead();
    const wrong = [
      { quoteId: uuidv7() },
      { quoteId: other.quotes.SHARED.quoteId },
      { mode: 'EXCLUSIVE' as const },
      { priceCents: reservation.priceCents - 1 },
    ];
    for (const change of wrong) {
      const offerId = uuidv7();
      await payments.deliver('agents.offer.reserved', { ...reservation, ...change, offerId });
      expect(await refused(offerId)).toEqual(['QUOTE_UNKNOWN']);
    }
    expect(await payments.wallet(agentId)).toEqual(untouched);
  });

  test('QUOTE_EXPIRED when it was made after the quote’s 15 minutes', async () => {
    const { reservation } = await newReservation();
    payments.clock.advance(900_000);
    const windowEndsAt = new Date(payments.clock.now().getTime() + 300_000).toISOString();
    await payments.deliver('agents.offer.reserved', { ...reservation, windowEndsAt });
    expect(await refused(reservation.offerId)).toEqual(['QUOTE_EXPIRED']);
  });

  test('OFFER_ENDED when it is handled after the hold would have ended', async () => {
    const { reservation } = await newReservation();
    payments.clock.advance(900_000);
    await payments.deliver('agents.offer.reserved', reservation);
    expect(await refused(reservation.offerId)).toEqual(['OFFER_ENDED']);
  });
});
