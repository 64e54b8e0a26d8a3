import type { EventPayload } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { continueRouting } from '../routing/continueRouting.js';
import { forgetQuote } from '../store/projectionStore.js';
import { LeadCase } from './leadCase.js';
import { isWaiting } from './offerStatus.js';
import { takeOffer } from './takeOffer.js';

/**
 * The money is held: the offer goes out to its agent, for the window or what the reservation left of it. A campaign with
 * autoAccept takes it at once. Nothing happens to an offer that is not RESERVED any more: its end releases the hold.
 */
export async function offerHeld(
  tx: EntityManager,
  held: EventPayload<'payments.hold.held'>,
  rules: AgentsRules,
): Promise<void> {
  const leadCase = await LeadCase.open(tx, held.leadId, rules);
  const offer = leadCase.offer(held.offerId);
  if (offer?.status !== 'RESERVED') return;
  const { now, offerWindowMs } = leadCase;
  leadCase.move(offer, 'OFFERED');
  offer.quoteId = held.quoteId;
  offer.priceCents = held.priceCents;
  offer.offeredAt = now;
  offer.expiresAt = new Date(Math.min(now.getTime() + offerWindowMs, offer.windowEndsAt.getTime()));
  leadCase.count(offer, { offers: 1 });
  leadCase.announceOffer('agents.offer.offered', offer, { expiresAt: offer.expiresAt.toISOString() });
  if (offer.autoAccept) await takeOffer(leadCase, offer);
  await leadCase.save();
}

/** The money was not held: the offer is over before its agent saw it, and the next candidate of the round is tried. */
export async function offerRefused(
  tx: EntityManager,
  refused: EventPayload<'payments.hold.refused'>,
  rules: AgentsRules,
): Promise<void> {
  const leadCase = await LeadCase.open(tx, refused.leadId, rules);
  const offer = leadCase.offer(refused.offerId);
  if (offer?.status !== 'RESERVED') return;
  leadCase.cancel(offer, 'NO_HOLD');
  offer.refusal = refused.reason;
  if (refused.reason === 'QUOTE_EXPIRED' || refused.reason === 'QUOTE_UNKNOWN') {
    await forgetQuote(tx, offer.leadId, offer.quoteId);
  }
  await continueRouting(leadCase, { replace: true });
  await leadCase.save();
}

/** A hold that ran out by itself takes its offer with it. Every other release follows from the offer's own end. */
export async function holdReleased(
  tx: EntityManager,
  released: EventPayload<'payments.hold.released'>,
  rules: AgentsRules,
): Promise<void> {
  if (released.reason !== 'HOLD_EXPIRED') return;
  const leadCase = await LeadCase.open(tx, released.leadId, rules);
  const offer = leadCase.offer(released.offerId);
  if (!offer || !isWaiting(offer.status)) return;
  leadCase.cancel(offer, 'NO_HOLD');
  offer.refusal = released.reason;
  await continueRouting(leadCase, { replace: true });
  await leadCase.save();
}
