import { resendTime } from '../agentsRules.js';
import type { LeadCase } from '../offers/leadCase.js';
import { type LeadForRouting, readLeadForRouting } from '../store/projectionStore.js';
import type { RoutingQuotes } from './candidate.js';
import { decideRound } from './decideRound.js';
import { countReasons, type RoundPlan } from './planRound.js';

/**
 * Takes a lead's routing as far as it gets now (routingState.ts): called whenever something happened that may let it go on. `replace` looks for another
 * buyer within the round, for an offer that failed before its agent saw it.
 */
export async function continueRouting(leadCase: LeadCase, how: { replace?: boolean } = {}): Promise<void> {
  const { routing } = leadCase;
  if (routing.state === 'WITHDRAWN') return;
  if (leadCase.freePlaces() <= 0) {
    for (const offer of leadCase.waiting()) leadCase.cancel(offer, 'TAKEN');
    routing.state = 'FILLED';
    return;
  }
  const anyoneWaiting = leadCase.waiting().length > 0;
  if (anyoneWaiting && !how.replace) {
    routing.state = 'OFFERING';
    return;
  }
  const known = await readUsable(leadCase);
  const ready = isReady(known);
  if (how.replace && ready && routing.mode !== null) {
    routing.step += 1;
    const plan = await decideRound(leadCase, { ...ready, mode: routing.mode });
    if (plan.chosen.length > 0 || anyoneWaiting) return;
  }
  if (anyoneWaiting || !known.lead) return;
  if (known.lead.withdrawn) {
    routing.state = 'WITHDRAWN';
    routing.resendAt = null;
  } else if (routing.round >= routing.lastRound) {
    endRouting(leadCase, { retryAt: null, reasons: { ROUND_LIMIT: 1 } });
  } else if (!ready) {
    waitForQuotes(leadCase, known);
  } else {
    await beginRound(leadCase, ready);
  }
}

interface Ready {
  lead: NonNullable<LeadForRouting['lead']>;
  quotes: RoutingQuotes;
  strategy: LeadForRouting['strategy'];
}

function isReady({ lead, quotes, strategy }: LeadForRouting): Ready | null {
  const { EXCLUSIVE, SHARED } = quotes;
  return lead && EXCLUSIVE && SHARED ? { lead, quotes: { EXCLUSIVE, SHARED }, strategy } : null;
}

async function beginRound(leadCase: LeadCase, ready: Ready): Promise<void> {
  const { routing } = leadCase;
  routing.round += 1;
  routing.step = 0;
  routing.state = 'OFFERING';
  routing.retryAt = null;
  routing.resendAt = null;
  routing.resends = 0;
  leadCase.announceRouting('agents.routing.started', { leadId: leadCase.leadId, round: routing.round });
  // Once a place is taken the lead stays in the mode in which it was sold.
  const mode = routing.acceptedCount > 0 ? routing.mode : null;
  const plan = await decideRound(leadCase, { ...ready, mode });
  if (plan.chosen.length === 0) endRouting(leadCase, { retryAt: plan.retryAt, reasons: countReasons(plan) });
}

/** Nobody is left. A lead with sold or paid-for places just stops looking for more: it stays SOLD in leads, so nothing is announced. */
function endRouting(leadCase: LeadCase, end: { retryAt: RoundPlan['retryAt']; reasons: Record<string, number> }): void {
  const { routing } = leadCase;
  routing.resendAt = null;
  routing.retryAt = end.retryAt;
  if (routing.acceptedCount > 0) {
    routing.state = end.retryAt ? 'QUEUED' : 'CLOSED';
    return;
  }
  routing.state = end.retryAt ? 'QUEUED' : 'UNSOLD';
  leadCase.announceRouting('agents.routing.completed', {
    leadId: leadCase.leadId,
    round: routing.round,
    outcome: routing.state,
    retryAt: end.retryAt?.toISOString() ?? null,
    reasons: end.reasons,
  });
}

/** Quotes that ran out are asked for at once; quotes that never came are on their way, and the sweeper asks if they do not come. */
function waitForQuotes(leadCase: LeadCase, known: LeadForRouting): void {
  const { routing, now, rules } = leadCase;
  if (routing.state !== 'WAITING_QUOTES' || routing.resendAt === null) {
    routing.state = 'WAITING_QUOTES';
    routing.resends = 0;
    routing.resendAt = resendTime(now, rules.settings.quotesResendMs, 0, rules.settings);
    if (known.quoted) leadCase.announceRouting('agents.quote.requested', { leadId: leadCase.leadId });
  }
}

async function readUsable(leadCase: LeadCase): Promise<LeadForRouting> {
  const { now, rules } = leadCase;
  const usableUntil = new Date(now.getTime() + rules.settings.quoteMarginMs);
  return readLeadForRouting(leadCase.tx, leadCase.leadId, usableUntil);
}
