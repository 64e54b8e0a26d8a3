import { emit } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { WalletState } from '../store/walletStore.js';

/** What happened to a wallet; the kind of its event for subscribers. */
export type WalletChange = 'OPENED' | 'CREDITED' | 'REVERSED' | 'LIMIT_SET' | 'HELD' | 'RELEASED' | 'CAPTURED';

/**
 * Tells what an agent can spend now. The caller's transaction holds the wallet's lock, so versions go out in their order. Without a kind nothing happened: it
 * is said again.
 */
export async function announceWallet(tx: EntityManager, wallet: WalletState, kind?: WalletChange): Promise<void> {
  await emit(tx, {
    type: 'payments.wallet.changed',
    ...(kind && { kind }),
    partitionKey: wallet.agentId,
    entities: [
      { __typename: 'Wallet', key: wallet.agentId, version: wallet.version },
      { __typename: 'Agent', key: wallet.agentId, version: wallet.version },
    ],
    payload: { agentId: wallet.agentId, availableCents: wallet.availableCents },
  });
}
