import { emit } from '@leadgraph/kit';
import type { EntityRef } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { WalletState } from '../store/walletStore.js';

/** Tells what an agent can spend now. The caller's transaction holds the wallet's lock, so versions go out in their order. */
export async function announceWallet(tx: EntityManager, wallet: WalletState): Promise<void> {
  await emit(tx, {
    type: 'payments.wallet.changed',
    partitionKey: wallet.agentId,
    entities: walletEntities(wallet),
    payload: { agentId: wallet.agentId, availableCents: wallet.availableCents },
  });
}

/** What a change of a wallet touches: itself, and the agent whose field it is. */
export function walletEntities({ agentId, version }: WalletState): EntityRef[] {
  return [
    { __typename: 'Wallet', key: agentId, version },
    { __typename: 'Agent', key: agentId, version },
  ];
}
