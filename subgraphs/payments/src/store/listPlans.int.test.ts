import {
  createTestDatabase,
  faultsOf,
  numberedId,
  numberedIdSql,
  pageFaults,
  type TestDatabase,
  timedId,
} from '@leadgraph/kit/testing';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChargeFilter, findChargesOfOffers, listCharges } from './chargeStore.js';
import { findHoldsOfOffers } from './holdStore.js';
import { findEntries } from './journalStore.js';
import { paymentsStore } from './paymentsStore.js';
import { findQuotesOfLeads, LISTED_QUOTES } from './quoteStore.js';
import { countWalletEntries, findWalletEntries } from './walletEntries.js';

const CHARGES = 20_000;
const AGENTS = 4_000;
/** As many of them buy, each a hundred times. */
const BUYERS = 200;
const PAGE = 20;
const DAY_MS = 86_400_000;
const now = new Date();
const agentId = numberedId('a', 7);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(paymentsStore);
  const { db } = database;
  await db.query(
    `INSERT INTO ledger_account (id, kind, agent_id) SELECT ${numberedIdSql('a', 'n')}, 'WALLET', ${numberedIdSql('a', 'n')} FROM generate_series(0, $1::int - 1) AS n`,
    [AGENTS],
  );
  await db.query(
    `INSERT INTO wallet (agent_id, credit_limit_cents, created_at) SELECT ${numberedIdSql('a', 'n')}, 1000000000, now() FROM generate_series(0, $1::int - 1) AS n`,
    [AGENTS],
  );
  // A year of charges; every fifth lead is sold three times. One in 300 is a refund, one in 500 a test.
  const rows = `(SELECT n, $2::timestamptz - ($1::int - n) * interval '365 days' / $1::int AS at FROM generate_series(0, $1::int - 1) AS n) AS made`;
  await db.query(
    `INSERT INTO quote (id, lead_id, kind, mode, price_cents, breakdown, rule_version, created_at, expires_at)
     SELECT ${timedId('at', 'n')}, ${numberedIdSql('1', 'n / 3')}, 'STANDARD', 'SHARED', 100, '[]', '1', at, at FROM ${rows}`,
    [CHARGES, now],
  );
  await db.query(
    `INSERT INTO offer_projection (offer_id, lead_id, agent_id) SELECT ${numberedIdSql('0', 'n')}, ${numberedIdSql('1', 'n / 3')}, ${numberedIdSql('a', `n % ${BUYERS}`)} FROM generate_series(0, $1::int - 1) AS n`,
    [CHARGES],
  );
  await db.query(
    `INSERT INTO hold (id, offer_id, lead_id, agent_id, quote_id, price_cents, status, created_at, expires_at, ended_at)
     SELECT ${timedId('at', 'n')}, ${numberedIdSql('0', 'n')}, ${numberedIdSql('1', 'n / 3')}, ${numberedIdSql('a', `n % ${BUYERS}`)}, ${timedId('at', 'n')}, 100, 'CAPTURED', at, at, at FROM ${rows}`,
    [CHARGES, now],
  );
  await db.query(
    `INSERT INTO charge (id, offer_id, hold_id, lead_id, agent_id, quote_id, price_cents, status, is_test, captured_at)
     SELECT ${timedId('at', 'n')}, ${numberedIdSql('0', 'n')}, ${timedId('at', 'n')}, ${numberedIdSql('1', 'n / 3')}, ${numberedIdSql('a', `n % ${BUYERS}`)}, ${timedId('at', 'n')}, 100,
       CASE n % 300 WHEN 1 THEN 'REFUNDED' WHEN 2 THEN 'PARTIALLY_REFUNDED' ELSE 'CAPTURED' END, n % 500 = 3, at FROM ${rows}`,
    [CHARGES, now],
  );
  await db.query(
    `WITH entries AS (
       INSERT INTO journal_entry (id, kind, description, charge_id, actor_kind, actor_sub, booked_at)
       SELECT id, 'CHARGE', 'a lead', id, 'SYSTEM', '', captured_at FROM charge)
     INSERT INTO posting (entry_id, account_id, amount_cents)
     SELECT charge.id, account.id, account.cents FROM charge, LATERAL (VALUES (charge.agent_id, 100), ((SELECT id FROM ledger_account WHERE kind = 'REVENUE'), -100)) AS account (id, cents)`,
  );
  await db.query('VACUUM (ANALYZE)');
}, 120_000);
afterAll(() => database.drop());

/** A page by an index that has its order: nothing but the page is sorted, if at all, and little more than it is read. */
const ordered = { sorts: 2 * PAGE, reads: 20 * PAGE };

describe("the plan of the charges' list", () => {
  const ago = (days: number) => new Date(now.getTime() - days * DAY_MS);
  const filters: [string, ChargeFilter][] = [
    ['nothing', {}],
    ['an agent', { agentId }],
    ['a lead', { leadId: numberedId('1', Math.floor(CHARGES / 3) - 50) }],
    ['a lead and an agent', { leadId: numberedId('1', 3_000), agentId: numberedId('a', 0), capturedFrom: ago(400) }],
    ['the common status', { status: ['CAPTURED'] }],
    ['a rare status', { status: ['REFUNDED'] }],
    ['rare statuses', { status: ['REFUNDED', 'PARTIALLY_REFUNDED'] }],
    ['a rare status, a year long', { status: ['REFUNDED'], capturedFrom: ago(400) }],
    ['common and rare statuses', { status: ['CAPTURED', 'REFUNDED'] }],
    ["an agent's in a status", { agentId, status: ['CAPTURED'] }],
    ['tests', { isTest: true }],
    ['tests, a year long', { isTest: true, capturedFrom: ago(400) }],
    ['no tests', { isTest: false }],
    ['days of last year', { capturedFrom: ago(300), capturedTo: ago(295) }],
    ['a year', { capturedFrom: ago(400) }],
    ["an agent's of some days of last year", { agentId, capturedFrom: ago(300), capturedTo: ago(200) }],
  ];

  it.each(filters)('by %s', async (_, filter) => {
    const list = (after: string | null) => listCharges(database.db, filter, now, { first: PAGE, after });
    expect((await list(null)).edges.length).toBeGreaterThan(0);
    expect(await pageFaults(database.db, { sorts: 100, reads: 20 * PAGE }, list)).toEqual([]);
  });

  it('ends where its time does, and does not read on through what is older', async () => {
    const list = () => listCharges(database.db, { capturedFrom: ago(0.5) }, now, { first: 100 });
    expect((await list()).pageInfo.hasNextPage).toBe(false);
    expect(await faultsOf(database.db, ordered, list)).toEqual([]);
  });
});

describe('the plans of what hangs on many at once', () => {
  const wallets = Array.from({ length: PAGE }, (_, index) => numberedId('a', index));
  const leads = Array.from({ length: PAGE }, (_, index) => numberedId('1', index));
  const offers = Array.from({ length: PAGE }, (_, index) => numberedId('0', index));
  const entryBefore = 'ffffffff-ffff-7fff-8fff-ffffffffffff';
  const each = PAGE * (PAGE + 1);

  it.each<[string, { sorts: number; reads: number }, (em: EntityManager) => Promise<unknown[]>]>([
    ["wallets' entries", { sorts: each, reads: 4 * each }, (em) => findWalletEntries(em, wallets, PAGE + 1, null)],
    ['a further page', { sorts: each, reads: 4 * each }, (em) => findWalletEntries(em, wallets, PAGE + 1, entryBefore)],
    // Counting reads what it counts: 100 entries of each here, in the index and perhaps in the table.
    ["wallets' totals", { sorts: 0, reads: 2 * PAGE * 100 }, (em) => countWalletEntries(em, wallets)],
    ["leads' quotes", { sorts: PAGE * LISTED_QUOTES, reads: 4 * PAGE * 3 }, (em) => findQuotesOfLeads(em, leads)],
    ["offers' holds", { sorts: 0, reads: 3 * PAGE }, (em) => findHoldsOfOffers(em, offers)],
    ["offers' charges", { sorts: 0, reads: 3 * PAGE }, (em) => findChargesOfOffers(em, offers)],
  ])('%s', async (_, limits, read) => {
    expect((await read(database.db.manager)).length).toBeGreaterThan(0);
    expect(await faultsOf(database.db, limits, () => read(database.db.manager))).toEqual([]);
  });

  it('entries of the journal with their postings', async () => {
    const rows = await findWalletEntries(database.db.manager, wallets, 1, null);
    const read = () =>
      findEntries(
        database.db.manager,
        rows.map(({ id }) => id),
      );
    expect(await faultsOf(database.db, { sorts: 2 * PAGE, reads: 20 * PAGE }, read)).toEqual([]);
  });
});
