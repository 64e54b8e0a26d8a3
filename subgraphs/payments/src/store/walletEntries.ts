import { type TotalCount, TotalRelation, toSafeNumber } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { EntryKind } from '../ledger/journal.js';

/** An entry of the journal as one wallet sees it. */
export interface WalletEntryRow {
  walletId: string;
  id: string;
  kind: EntryKind;
  description: string;
  chargeId: string | null;
  bookedAt: Date;
  /** What the entry did to the wallet's balance: the posting with its sign turned, since a wallet is a liability. */
  amountCents: number;
}

/** The newest `limit` entries of each of some wallets, older than `before` if given, in one statement however many wallets there are. */
export async function findWalletEntries(
  em: EntityManager,
  walletIds: readonly string[],
  limit: number,
  before: string | null,
): Promise<WalletEntryRow[]> {
  const rows: (Omit<WalletEntryRow, 'amountCents'> & { amountCents: string })[] = await em.query(
    `SELECT wanted.id AS "walletId", entry.id, entry.kind, entry.description, entry.charge_id AS "chargeId",
       entry.booked_at AS "bookedAt", -newest.amount_cents AS "amountCents"
     FROM unnest($1::uuid[]) AS wanted (id)
     CROSS JOIN LATERAL (
       SELECT entry_id, amount_cents FROM posting
       WHERE account_id = wanted.id AND ($3::uuid IS NULL OR entry_id < $3) ORDER BY entry_id DESC LIMIT $2
     ) AS newest
     JOIN journal_entry AS entry ON entry.id = newest.entry_id
     ORDER BY entry.id DESC`,
    [[...walletIds], limit, before],
  );
  return rows.map((row) => ({ ...row, amountCents: toSafeNumber(row.amountCents) }));
}

const COUNTED_UP_TO = 10_000;

/** How many entries each of some wallets has, counted up to 10,000, in one statement. */
export async function countWalletEntries(
  em: EntityManager,
  walletIds: readonly string[],
): Promise<(TotalCount & { walletId: string })[]> {
  const rows: { walletId: string; count: number }[] = await em.query(
    `SELECT wanted.id AS "walletId", (
       SELECT count(*)::int FROM (SELECT 1 FROM posting WHERE account_id = wanted.id LIMIT $2) AS bounded
     ) AS count FROM unnest($1::uuid[]) AS wanted (id)`,
    [[...walletIds], COUNTED_UP_TO + 1],
  );
  return rows.map(({ walletId, count }) => ({
    walletId,
    value: Math.min(count, COUNTED_UP_TO),
    relation: count > COUNTED_UP_TO ? TotalRelation.GTE : TotalRelation.EQ,
  }));
}
