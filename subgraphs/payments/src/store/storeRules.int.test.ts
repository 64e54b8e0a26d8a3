import { inTransaction, uuidv7 } from '@leadgraph/kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { offerRef, type PaymentsTestbed, startPayments } from '../../test/paymentsTestbed.js';
import { platformAccounts } from '../ledger/accounts.js';

let payments: PaymentsTestbed;
let agentId: string;
beforeAll(async () => {
  payments = await startPayments();
  agentId = await payments.agent(100_000);
  const { quotes } = await payments.lead();
  const reservation = payments.reservation(agentId, quotes.SHARED);
  await payments.deliver('agents.offer.reserved', reservation);
  await payments.deliver('agents.offer.accepted', offerRef(reservation));
});
afterAll(() => payments?.stop());

const refused = (sql: string, parameters: unknown[] = []) => expect(payments.db.query(sql, parameters)).rejects;

describe('the store itself refuses', () => {
  test.each(['journal_entry', 'posting'])('to change or remove what stands in %s', async (table) => {
    const column = table === 'posting' ? 'amount_cents' : 'description';
    await refused(`UPDATE ${table} SET ${column} = ${column}`).toThrow(/append-only/);
    await refused(`DELETE FROM ${table}`).toThrow(/append-only/);
    await refused(`TRUNCATE ${table} CASCADE`).toThrow(/append-only/);
  });

  test('to change a quote', async () => {
    await refused('UPDATE quote SET price_cents = price_cents + 1').toThrow(/append-only/);
  });

  test('an entry whose postings do not add up to zero, or that has none', async () => {
    const book = (amounts: readonly [string, number][]) =>
      inTransaction(payments.db, async (tx) => {
        const id = uuidv7();
        await tx.query(
          `INSERT INTO journal_entry (id, kind, description, actor_kind, actor_sub, booked_at) VALUES ($1, 'CREDIT', 'x', 'SYSTEM', '', now())`,
          [id],
        );
        for (const [account, amount] of amounts)
          await tx.query('INSERT INTO posting VALUES ($1, $2, $3)', [id, account, amount]);
      });
    const { PLATFORM_CASH, REVENUE } = platformAccounts;
    await expect(book([])).rejects.toThrow(/add up to 0/);
    await expect(book([[PLATFORM_CASH, 5]])).rejects.toThrow(/add up to 5/);
    await expect(
      book([
        [PLATFORM_CASH, 5],
        [REVENUE, -4],
      ]),
    ).rejects.toThrow(/add up to 1/);
    expect(await payments.ledgerFaults()).toEqual([]);
  });

  test('a posting added to an entry that is complete', async () => {
    const [entry] = await payments.db.query('SELECT id FROM journal_entry LIMIT 1');
    await refused('INSERT INTO posting VALUES ($1, $2, 1)', [entry.id, platformAccounts.ADJUSTMENTS]).toThrow(
      /add up to 1/,
    );
  });

  test('a wallet with less than nothing available', async () => {
    await refused('UPDATE wallet SET held_cents = 100001').toThrow(/wallet_available/);
    await refused('UPDATE wallet SET held_cents = -1').toThrow(/held_cents/);
  });

  test('a second charge for an offer, and one that differs from its quote', async () => {
    const copy = (price: string, offer: string) => `
      INSERT INTO charge (id, offer_id, hold_id, lead_id, agent_id, quote_id, price_cents, status, is_test, captured_at)
      SELECT '${uuidv7()}', ${offer}, hold_id, lead_id, agent_id, quote_id, ${price}, status, is_test, captured_at FROM charge`;
    await refused(copy('price_cents', 'offer_id')).toThrow(/charge_offer_id_key|charge_hold_id_key/);
    await refused('UPDATE charge SET price_cents = price_cents + 1').toThrow(/foreign key/);
    await refused('UPDATE hold SET price_cents = price_cents + 1').toThrow(/foreign key/);
  });
});
