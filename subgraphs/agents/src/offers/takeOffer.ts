import { resendTime } from '../agentsRules.js';
import { continueRouting } from '../routing/continueRouting.js';
import type { Offer } from '../store/offer.js';
import { takePlace } from '../store/routingStore.js';
import type { LeadCase } from './leadCase.js';

/**
 * Gives an OFFERED offer's agent one of the lead's places. When it was the last one, the other offers that are out become
 * CANCELLED(TAKEN); when places are left and nobody else waits, routing goes on. False when no place was free; the offer itself is then CANCELLED(TAKEN).
 */
export async function takeOffer(leadCase: LeadCase, offer: Offer): Promise<boolean> {
  const { routing, rules, now } = leadCase;
  if (!(await takePlace(leadCase.tx, leadCase.leadId))) {
    leadCase.cancel(offer, 'TAKEN');
    return false;
  }
  routing.acceptedCount += 1;
  leadCase.move(offer, 'ACCEPTED');
  offer.settlement = 'PENDING';
  offer.resendAt = resendTime(now, rules.settings.acceptedResendMs, 0, rules.settings);
  leadCase.announceOffer('agents.offer.accepted', offer, {});
  // The last place ends the other offers; with places left and nobody else waiting, the next round begins.
  await continueRouting(leadCase);
  return true;
}
