import { toSafeNumber } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { type AccountKind, accountKinds } from '../ledger/accounts.js';

export interface AccountTotal {
  kind: AccountKind;
  /** Debits less credits. */
  sumCents: number;
  postings: number;
}

export interface TrialBalance {
  accounts: AccountTotal[];
  /** What all the wallets' rows say, to be compared with what was posted to them. */
  walletBalanceCents: number;
  /** Wallets whose balance is not what was posted to them. */
  differingWallets: number;
}

/** The totals of the whole ledger, as of one instant: a single statement sees a single snapshot, whatever is booked meanwhile. */
export async function readTrialBalance(em: EntityManager): Promise<TrialBalance> {
  const [row]: {
    totals: { kind: AccountKind; sum: string; postings: number }[] | null;
    wallets: string;
    differing: number;
  }[] = await em.query(`
    WITH posted AS (
      SELECT account_id, sum(amount_cents) AS total, count(*) AS postings FROM posting GROUP BY account_id
    ), totals AS (
      SELECT account.kind, sum(posted.total) AS total, sum(posted.postings) AS postings
      FROM posted JOIN ledger_account AS account ON account.id = posted.account_id GROUP BY account.kind
    )
    SELECT (SELECT json_agg(json_build_object('kind', kind, 'sum', total::text, 'postings', postings)) FROM totals) AS totals,
      (SELECT COALESCE(sum(balance_cents), 0) FROM wallet) AS wallets,
      (SELECT count(*)::int FROM wallet LEFT JOIN posted ON posted.account_id = wallet.agent_id
       WHERE wallet.balance_cents <> -COALESCE(posted.total, 0)) AS differing`);
  if (!row) throw new Error('an aggregate returned no row');
  const totals = new Map(row.totals?.map((total) => [total.kind, total]));
  return {
    accounts: accountKinds.map((kind) => ({
      kind,
      sumCents: toSafeNumber(totals.get(kind)?.sum ?? 0),
      postings: totals.get(kind)?.postings ?? 0,
    })),
    walletBalanceCents: toSafeNumber(row.wallets),
    differingWallets: row.differing,
  };
}
