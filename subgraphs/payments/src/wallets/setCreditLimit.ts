import { DomainError, type Identity, inTransaction, withIdempotency } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { callerOf } from '../callerOf.js';
import { findWallets, updateCreditLimit } from '../store/walletStore.js';
import { announceWallet } from './announceWallet.js';
import { walletNotReady } from './creditWallets.js';

export interface CreditLimitRequest {
  agentId: string;
  creditLimitCents: number;
  idempotencyKey: string;
}

/**
 * Sets how far an agent's balance may fall below zero. A limit moves no money, so nothing is booked. Throws CREDIT_LIMIT_TOO_LOW when holds and
 * debts already need more, WALLET_NOT_READY (retryable), IDEMPOTENCY_KEY_REUSED.
 */
export async function setCreditLimit(db: DataSource, identity: Identity, request: CreditLimitRequest): Promise<void> {
  const { idempotencyKey: key, ...body } = request;
  const { agentId, creditLimitCents } = body;
  await inTransaction(db, (tx) =>
    withIdempotency(tx, { operation: 'setCreditLimit', caller: callerOf(identity), key, body }, async () => {
      const changed = await updateCreditLimit(tx, agentId, creditLimitCents);
      if (changed) {
        await announceWallet(tx, changed, 'LIMIT_SET');
        return null;
      }
      const [wallet] = await findWallets(tx, [agentId]);
      if (!wallet) throw await walletNotReady(tx, [{ agentId }]);
      const needed = wallet.heldCents - wallet.balanceCents;
      throw new DomainError(
        'CREDIT_LIMIT_TOO_LOW',
        `The wallet’s holds and debts need a limit of at least ${needed} cents. Set that or more, or credit the wallet first.`,
        { field: 'creditLimitCents', details: { leastCents: needed } },
      );
    }),
  );
}
