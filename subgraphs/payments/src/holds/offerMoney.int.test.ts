import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offerRef, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';

let payments: PaymentsTestbed;
beforeAll(async () => {
  payments = await startPayments();
});
afterAll(() => payments?.stop());

async function reserved(availableCents = 100_000) {
  const agentId = await payments.agent(availableCents);
  const { quotes } = await payments.lead();
  const reservation = payments.reservation(agentId, quotes.SHARED);
  await payments.deliver('agents.offer.reserved', reservation);
  return { agentId, reservation, ref: offerRef(reservation), price: reservation.priceCents };
}

describe('a reserved offer', () => {
  test('sets its price aside and says until when', async () => {
    const { agentId, reservation, price } = await reserved();
    const [held] = await payments.events('payments.hold.held', reservation.offerId);
    expect(held).toMatchObject({ ...offerRef(reservation), quoteId: reservation.quoteId, priceCents: price });
    expect(Date.parse(held?.expiresAt ?? '') - Date.parse(reservation.windowEndsAt)).toBe(600_000);
    expect(await payments.wallet(agentId)).toEqual({
      balanceCents: 100_000,
      heldCents: price,
      availableCents: 100_000 - price,
    });
    const changes = (await payments.events('payments.wallet.changed')).filter((event) => event.agentId === agentId);
    expect(changes.map((event) => event.availableCents)).toEqual([0, 100_000, 100_000 - price]);
  });

  test('that comes again is answered again and sets nothing more aside', async () => {
    const { agentId, reservation, price } = await reserved();
    await payments.deliver('agents.offer.reserved', reservation);
    const held = await payments.events('payments.hold.held', reservation.offerId);
    expect(held).toHaveLength(2);
    expect(held[1]).toEqual(held[0]);
    expect((await payments.wallet(agentId)).heldCents).toBe(price);
  });

  test('is refused without funds, and stays refused after a top-up', async () => {
    const { reservation, agentId } = await reserved(1);
    expect(await payments.events('payments.hold.refused', reservation.offerId)).toMatchObject([{ reason: 'FUNDS' }]);
    await payments.ok('mutation ($input: CreditWalletInput!) { creditWallet(input: $input) { id } }', {
      input: { agentId, amountCents: 50_000, reason: 'top-up', idempotencyKey: `after-${agentId}` },
    });
    await payments.deliver('agents.offer.reserved', reservation);
    expect(await payments.events('payments.hold.refused', reservation.offerId)).toHaveLength(2);
    expect((await payments.wallet(agentId)).heldCents).toBe(0);
  });

  test('in an auction is held at the bid, with a quote that shows the premium', async () => {
    const agentId = await payments.agent(100_000);
    const { quotes } = await payments.lead();
    const bid = quotes.EXCLUSIVE.priceCents + 777;
    const reservation = payments.reservation(agentId, quotes.EXCLUSIVE, bid);
    await payments.deliver('agents.offer.reserved', reservation);
    const [held] = await payments.events('payments.hold.held', reservation.offerId);
    expect(held?.priceCents).toBe(bid);
    expect(held?.quoteId).not.toBe(reservation.quoteId);
    const { quote } = await payments.ok(
      'query ($id: ID!) { quote(id: $id) { kind mode priceCents breakdown { code amountCents } } }',
      { id: held?.quoteId },
    );
    expect(quote).toMatchObject({ kind: 'AUCTION', mode: 'EXCLUSIVE', priceCents: bid });
    expect(quote.breakdown.at(-1)).toEqual({ code: 'AUCTION_PREMIUM', amountCents: 777 });
    expect(quote.breakdown.reduce((sum: number, line: { amountCents: number }) => sum + line.amountCents, 0)).toBe(bid);
    const bids = async (sub: string) =>
      payments.subgraph.query(
        `query ($lead: [_Any!]!, $id: ID!) { _entities(representations: $lead) { ... on Lead { quotes { kind } } } quote(id: $id) { priceCents } }`,
        { id: held?.quoteId, lead: [{ __typename: 'Lead', id: reservation.leadId }] },
        { kind: 'AGENT', sub, scopes: [] },
      );
    expect((await bids(agentId)).data.quote.priceCents).toBe(bid);
    const { data } = await bids(await payments.agent());
    expect(data).toEqual({ _entities: [{ quotes: [{ kind: 'STANDARD' }, { kind: 'STANDARD' }] }], quote: null });
    // Nobody else can buy at that price, so it is not announced as one of the lead's quotes.
    expect((await payments.events('payments.quote.created')).some((event) => event.quoteId === held?.quoteId)).toBe(
      false,
    );
  });
});

describe('an accepted offer', () => {
  test('is charged once, to the cent its quote, however often it is told', async () => {
    const { agentId, ref, reservation, price } = await reserved();
    for (let time = 0; time < 3; time += 1) await payments.deliver('agents.offer.accepted', ref);
    const captured = await payments.events('payments.charge.captured', ref.offerId);
    expect(captured).toHaveLength(3);
    expect(new Set(captured.map((event) => event.chargeId)).size).toBe(1);
    expect(captured[0]).toMatchObject({ ...ref, quoteId: reservation.quoteId, priceCents: price });
    expect(await payments.wallet(agentId)).toEqual({
      balanceCents: 100_000 - price,
      heldCents: 0,
      availableCents: 100_000 - price,
    });
    expect(await payments.ledgerFaults()).toEqual([]);
  });

  test('told twice at the same time is charged once', async () => {
    const { agentId, ref, price } = await reserved();
    await Promise.all(Array.from({ length: 5 }, () => payments.deliver('agents.offer.accepted', ref)));
    const captured = await payments.events('payments.charge.captured', ref.offerId);
    expect(new Set(captured.map((event) => event.chargeId)).size).toBe(1);
    expect((await payments.wallet(agentId)).balanceCents).toBe(100_000 - price);
    expect(await payments.ledgerFaults()).toEqual([]);
  });
});
