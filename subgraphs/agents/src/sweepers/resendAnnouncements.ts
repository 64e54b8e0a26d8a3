import { defineSweeper, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { type AgentsRules, resendTime } from '../agentsRules.js';
import type { LeadCase } from '../offers/leadCase.js';
import { continueRouting } from '../routing/continueRouting.js';
import { announceReserved } from '../routing/decideRound.js';
import { findUnanswered } from '../store/dueStore.js';
import type { Offer } from '../store/offer.js';
import { readLeadForRouting } from '../store/projectionStore.js';
import { SWEEP_BATCH, sweepLeads } from './sweepLeads.js';

/**
 * Announces again what nobody answered in time, with growing pauses: a reservation (payments answers it again), an acceptance (payments and
 * leads answer it again), a wish for quotes. A message that was lost or put aside on the way is made up for by this.
 */
export function resendAnnouncements(db: DataSource, rules: AgentsRules): Sweeper {
  return defineSweeper({
    name: 'resend-announcements',
    everyMs: rules.settings.resendSweepMs,
    async run(signal) {
      const found = await findUnanswered(db, rules.clock.now(), SWEEP_BATCH);
      return sweepLeads(db, found, { rules, signal }, async (leadCase) => {
        const due = leadCase.offers.filter(({ resendAt }) => resendAt !== null && resendAt <= leadCase.now);
        for (const offer of due) resendOffer(leadCase, offer);
        const { resendAt } = leadCase.routing;
        const quotesDue = resendAt !== null && resendAt <= leadCase.now;
        if (quotesDue) await askForQuotes(leadCase);
        return due.length > 0 || quotesDue;
      });
    },
  });
}

function resendOffer(leadCase: LeadCase, offer: Offer): void {
  const { now, rules } = leadCase;
  const { settings } = rules;
  const isReserved = offer.status === 'RESERVED';
  leadCase.touch(offer);
  offer.resends += 1;
  offer.resendAt = resendTime(
    now,
    isReserved ? settings.reservedResendMs : settings.acceptedResendMs,
    offer.resends,
    settings,
  );
  if (isReserved) {
    // The agent is to have its whole window once the money is held, however long that took.
    offer.windowEndsAt = new Date(
      Math.max(offer.windowEndsAt.getTime(), now.getTime() + settings.holdWaitMs + settings.offerWindowMs),
    );
    announceReserved(leadCase, offer);
  } else {
    leadCase.announceOffer('agents.offer.accepted', offer, {}, { again: true });
  }
}

async function askForQuotes(leadCase: LeadCase): Promise<void> {
  const { routing, now, rules } = leadCase;
  routing.resends += 1;
  routing.resendAt = resendTime(now, rules.settings.quotesResendMs, routing.resends, rules.settings);
  await continueRouting(leadCase);
  if (routing.state !== 'WAITING_QUOTES') return;
  const { lead } = await readLeadForRouting(leadCase.tx, leadCase.leadId, now);
  if (lead) leadCase.announceRouting('agents.quote.requested', { leadId: leadCase.leadId });
}
