import type { EntityManager } from 'typeorm';
import type { PaymentsRules } from '../paymentsRules.js';
import type { Hold } from '../store/hold.js';
import { endHold } from '../store/holdStore.js';
import { lockOffer, type OfferEnd, type OfferRef, rememberEnd } from '../store/offerStore.js';
import { releaseFunds } from '../store/walletStore.js';
import { announceWallet } from '../wallets/announceWallet.js';
import { announceReleased } from './holdEvents.js';

/** An offer came to nothing: what was set aside for it is free again. Remembered also when its reservation has not been seen yet. */
export async function releaseHold(
  tx: EntityManager,
  ref: OfferRef,
  endedAs: OfferEnd,
  { clock }: PaymentsRules,
): Promise<void> {
  const offer = await lockOffer(tx, ref);
  if (!offer.endedAs) await rememberEnd(tx, offer.offerId, endedAs);
  const hold = await endHold(tx, { offerId: offer.offerId, to: 'RELEASED', now: clock.now() });
  if (!hold) return;
  const wallet = await releaseFunds(tx, hold.agentId, hold.priceCents);
  await announceReleased(tx, offer, hold, endedAs);
  await announceWallet(tx, wallet, 'RELEASED');
}

/** A hold whose time is over is given back. False when it was captured or ended in the meantime. */
export async function expireHold(
  tx: EntityManager,
  due: Pick<Hold, 'offerId' | 'leadId' | 'agentId'>,
  { clock }: PaymentsRules,
): Promise<boolean> {
  const offer = await lockOffer(tx, due);
  const now = clock.now();
  const hold = await endHold(tx, { offerId: offer.offerId, to: 'EXPIRED', now, dueAt: now });
  if (!hold) return false;
  const wallet = await releaseFunds(tx, hold.agentId, hold.priceCents);
  await announceReleased(tx, offer, hold, 'HOLD_EXPIRED');
  await announceWallet(tx, wallet, 'RELEASED');
  return true;
}
