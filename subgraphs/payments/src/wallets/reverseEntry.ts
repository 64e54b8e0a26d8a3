import { DomainError, type Identity, inTransaction, notFound, withIdempotency } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { callerOf } from '../callerOf.js';
import { reversalOf } from '../ledger/journal.js';
import type { PaymentsRules } from '../paymentsRules.js';
import { bookEntries, findEntries } from '../store/journalStore.js';
import { addToBalances } from '../store/walletStore.js';
import { announceWallet } from './announceWallet.js';

export interface ReversalRequest {
  entryId: string;
  reason: string;
  idempotencyKey: string;
}

/**
 * Takes a credit back by an entry with the signs turned, and returns whose wallet it was. Throws NOT_FOUND, ENTRY_NOT_REVERSIBLE (no credit, or
 * reversed before), INSUFFICIENT_FUNDS (the money is spent or held), IDEMPOTENCY_KEY_REUSED.
 */
export async function reverseEntry(
  db: DataSource,
  identity: Identity,
  request: ReversalRequest,
  { clock }: PaymentsRules,
): Promise<string> {
  const { idempotencyKey: key, ...body } = request;
  return inTransaction(db, async (tx) => {
    const { answer } = await withIdempotency(
      tx,
      { operation: 'reverseEntry', caller: callerOf(identity), key, body },
      async () => {
        // An entry's row never changes, so a lock on it is what lets one of two reversals wait for the other.
        await tx.query('SELECT 1 FROM journal_entry WHERE id = $1 FOR UPDATE', [request.entryId]);
        const [entry] = await findEntries(tx, [request.entryId]);
        if (!entry) throw notFound('JournalEntry', request.entryId);
        const posting = entry.postings.find(({ accountKind }) => accountKind === 'WALLET');
        if (entry.kind !== 'CREDIT' || entry.reversedByEntryId !== null || !posting) throw notReversible();
        const agentId = posting.accountId;
        const wallets = await addToBalances(tx, [{ agentId, amountCents: posting.amountCents }]);
        if (!wallets) throw insufficientFunds();
        await bookEntries(tx, [reversalOf(entry, request.reason)], clock.now());
        for (const wallet of wallets) await announceWallet(tx, wallet, 'REVERSED');
        return agentId;
      },
    );
    return answer;
  });
}

function notReversible(): DomainError {
  return new DomainError(
    'ENTRY_NOT_REVERSIBLE',
    'Only a credit can be reversed, and only once. Look at the entry’s kind and at reversedByEntryId.',
    { field: 'entryId' },
  );
}

function insufficientFunds(): DomainError {
  return new DomainError(
    'INSUFFICIENT_FUNDS',
    'The agent has spent this money or it is held for offers. Wait for the holds to end, or raise the credit limit first.',
    { field: 'entryId' },
  );
}
