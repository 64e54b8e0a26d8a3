import { DomainError, type Identity, inTransaction, withIdempotency } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { callerOf } from '../callerOf.js';
import { creditEntry, type Funding } from '../ledger/journal.js';
import type { PaymentsRules } from '../paymentsRules.js';
import { bookEntries } from '../store/journalStore.js';
import { addToBalances, findWallets } from '../store/walletStore.js';
import { announceWallet } from './announceWallet.js';

export interface Credit {
  agentId: string;
  amountCents: number;
}

export interface CreditRequest {
  /** The mutation's name, within which the key counts. */
  operation: 'creditWallet' | 'creditWallets';
  credits: readonly Credit[];
  funding: Funding;
  reason: string;
  idempotencyKey: string;
}

/**
 * Puts money into wallets, each with a journal entry of its own, all of them or none. Returns the entries' ids in the order given; the same key
 * and body return the first ones. Throws WALLET_NOT_READY (retryable) naming the agents without a wallet, IDEMPOTENCY_KEY_REUSED.
 */
export async function creditWallets(
  db: DataSource,
  identity: Identity,
  request: CreditRequest,
  { clock }: PaymentsRules,
): Promise<string[]> {
  const { operation, idempotencyKey: key, ...body } = request;
  return inTransaction(db, async (tx) => {
    const { answer } = await withIdempotency(tx, { operation, caller: callerOf(identity), key, body }, async () => {
      const wallets = await addToBalances(tx, request.credits);
      if (!wallets) throw await walletNotReady(tx, request.credits);
      const drafts = request.credits.map(({ agentId, amountCents }) =>
        creditEntry(agentId, amountCents, request.funding, request.reason),
      );
      const entryIds = await bookEntries(tx, drafts, clock.now());
      for (const wallet of wallets) await announceWallet(tx, wallet, 'CREDITED');
      return entryIds;
    });
    return answer;
  });
}

/** Which of the agents have no wallet (yet). */
export async function walletNotReady(tx: EntityManager, wanted: readonly { agentId: string }[]): Promise<DomainError> {
  const ids = wanted.map(({ agentId }) => agentId);
  const known = new Set((await findWallets(tx, ids)).map((wallet) => wallet.id));
  const missing = ids.filter((id) => !known.has(id));
  return new DomainError(
    'WALLET_NOT_READY',
    `There is no wallet for ${missing.length === 1 ? 'this agent' : `${missing.length} of these agents`} yet. A wallet is opened moments after its agent is registered: ask again in a few seconds; if it stays, check the ids.`,
    { field: 'agentId', retryable: true, details: { agentIds: missing } },
  );
}
