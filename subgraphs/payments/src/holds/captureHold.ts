import { uuidv7 } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { chargeEntry } from '../ledger/journal.js';
import type { PaymentsRules } from '../paymentsRules.js';
import { chargeOfOffer, insertCharge } from '../store/chargeStore.js';
import type { Hold } from '../store/hold.js';
import { endHold, holdOfOffer } from '../store/holdStore.js';
import { bookEntries } from '../store/journalStore.js';
import { LeadProjection } from '../store/leadProjection.js';
import { type FailureReason, lockOffer, type OfferRef, rememberFailure } from '../store/offerStore.js';
import { spendHeldFunds } from '../store/walletStore.js';
import { announceWallet } from '../wallets/announceWallet.js';
import { announceCaptured, announceFailed } from './holdEvents.js';

/**
 * An offer was accepted: its hold becomes the charge, exactly once, at the hold's price, which is the quote's. Answers captured or failed; a
 * repetition gets the first answer again (holdStates.ts).
 */
export async function captureHold(tx: EntityManager, ref: OfferRef, { clock }: PaymentsRules): Promise<void> {
  const offer = await lockOffer(tx, ref);
  if (offer.failedReason) return announceFailed(tx, offer, offer.failedReason);
  const now = clock.now();
  const hold = await endHold(tx, { offerId: offer.offerId, to: 'CAPTURED', now });
  if (!hold) {
    const captured = await chargeOfOffer(tx, offer.offerId);
    if (captured) return announceCaptured(tx, offer, captured);
    const reason = whyNot(await holdOfOffer(tx, offer.offerId));
    await rememberFailure(tx, offer.offerId, reason);
    return announceFailed(tx, offer, reason);
  }
  const { offerId, leadId, agentId, quoteId, priceCents } = hold;
  const lead = await tx.findOneBy(LeadProjection, { leadId });
  const charge = await insertCharge(tx, {
    // The list of charges takes the time they were captured at for a bound of the id.
    id: uuidv7(now.getTime()),
    offerId,
    holdId: hold.id,
    leadId,
    agentId,
    quoteId,
    priceCents,
    isTest: lead?.isTest ?? false,
    capturedAt: now,
  });
  await bookEntries(tx, [chargeEntry({ chargeId: charge.id, agentId, priceCents, leadId })], now);
  const wallet = await spendHeldFunds(tx, agentId, priceCents);
  await announceCaptured(tx, offer, charge);
  await announceWallet(tx, wallet, 'CAPTURED');
}

function whyNot(hold: Hold | null): FailureReason {
  if (!hold) return 'HOLD_MISSING';
  return hold.status === 'EXPIRED' ? 'HOLD_EXPIRED' : 'HOLD_RELEASED';
}
