import type { EntityManager } from 'typeorm';
import type { PaymentsRules } from '../paymentsRules.js';
import { findWallets, insertWallet } from '../store/walletStore.js';
import { announceWallet } from './announceWallet.js';

/** Opens an agent's wallet and tells what it can spend; for one that is open already it only tells. */
export async function openWallet(
  tx: EntityManager,
  agentId: string,
  { clock, settings }: PaymentsRules,
): Promise<void> {
  const opened = await insertWallet(tx, {
    agentId,
    creditLimitCents: settings.newCreditLimitCents,
    now: clock.now(),
  });
  if (opened) return announceWallet(tx, opened, 'OPENED');
  const [open] = await findWallets(tx, [agentId]);
  if (open) await announceWallet(tx, { agentId, availableCents: open.availableCents, version: open.version });
}
