import { uuidv7 } from '@leadgraph/kit';
import { resendTime } from '../agentsRules.js';
import type { LeadCase } from '../offers/leadCase.js';
import { readCandidates } from '../store/candidateStore.js';
import type { Offer } from '../store/offer.js';
import { insertRound, lockWeights, saveWeights } from '../store/routingStore.js';
import { readUsage, useCampaignCaps } from '../store/usageStore.js';
import type { Candidate, RoutingLead, RoutingQuotes } from './candidate.js';
import { capBuckets } from './caps.js';
import { type ChosenCandidate, planRound, type RoundPlan } from './planRound.js';
import type { PoolStrategy, SaleMode } from './vocabulary.js';

/** More often than this the caps of chosen campaigns do not run out between reading and reserving. */
const MOST_PLANS = 20;

/**
 * Decides a round, or a replacement within one, and makes its offers: reads the candidates, plans, uses the caps of the chosen ones by
 * conditional updates, keeps the trace, and reserves. When a cap ran out in the meantime, the plan is made again with the counters as
 * they are now.
 */
export async function decideRound(
  leadCase: LeadCase,
  input: { lead: RoutingLead; quotes: RoutingQuotes; strategy: PoolStrategy | null; mode: SaleMode | null },
): Promise<RoundPlan> {
  const { tx, routing, rules, now } = leadCase;
  const { line, state } = input.lead.facts;
  const settings = rules.settings.routing;
  const strategy = input.strategy ?? settings.defaultStrategy;
  const weights = strategy === 'WEIGHTED' ? await lockWeights(tx, line, state) : {};
  const pool = { strategy, weights };
  let candidates = await readCandidates(tx, { line, state }, leadCase.offers);
  const places = { free: leadCase.freePlaces(), live: leadCase.waiting().length, mode: input.mode };

  for (let attempt = 1; attempt <= MOST_PLANS; attempt += 1) {
    const plan = planRound({ ...input, candidates, pool, places, settings, now });
    const exhausted = await reserveCaps(leadCase, plan.chosen);
    if (exhausted) {
      candidates = candidates.map((candidate) => exhausted.get(candidate.campaignId) ?? candidate);
      continue;
    }
    await insertRound(tx, routing, { plan, line, strategy, decidedAt: now });
    if (plan.chosen.length > 0) {
      routing.mode = plan.mode;
      if (strategy === 'WEIGHTED') await saveWeights(tx, { line, state, weights: plan.weights });
      makeOffers(leadCase, plan.chosen);
    }
    return plan;
  }
  throw new Error(`the caps of the candidates for lead ${leadCase.leadId} kept running out`);
}

/**
 * Uses the chosen campaigns' caps, and gives back what this transaction's ended offers used. Behind a savepoint: if one cap has run out nothing is
 * used, the locks are let go, and the candidates with their present counters are returned.
 */
async function reserveCaps(
  leadCase: LeadCase,
  chosen: readonly ChosenCandidate[],
): Promise<Map<string, Candidate> | null> {
  if (chosen.length === 0) return null;
  const { tx, now } = leadCase;
  const uses = chosen.map(({ candidate, priceCents }) => ({
    campaignId: candidate.campaignId,
    priceCents,
    buckets: capBuckets(now, candidate.agent.timeZone),
    caps: candidate.caps,
  }));
  await tx.query('SAVEPOINT reserve_caps');
  const used = await useCampaignCaps(tx, uses, { at: now, others: leadCase.endedCampaigns() });
  if (used.size === chosen.length) {
    await leadCase.recordOutcomes();
    return null;
  }
  await tx.query('ROLLBACK TO SAVEPOINT reserve_caps');
  const usage = await readUsage(
    tx,
    uses.map(({ campaignId }) => campaignId),
  );
  return new Map(
    chosen.map(({ candidate }) => [
      candidate.campaignId,
      { ...candidate, usage: usage.get(candidate.campaignId) ?? candidate.usage },
    ]),
  );
}

function makeOffers(leadCase: LeadCase, chosen: readonly ChosenCandidate[]): void {
  const { routing, now, rules } = leadCase;
  const { settings } = rules;
  for (const { candidate, quoteId, priceCents } of chosen) {
    const offer: Offer = {
      // The list of offers takes the time they were reserved at for a bound of the id.
      id: uuidv7(now.getTime()),
      leadId: leadCase.leadId,
      agentId: candidate.agentId,
      campaignId: candidate.campaignId,
      round: routing.round,
      mode: candidate.mode,
      status: 'RESERVED',
      settlement: 'NONE',
      cancelReason: null,
      rejectReason: null,
      refusal: null,
      quoteId,
      priceCents,
      autoAccept: candidate.autoAccept,
      capBuckets: capBuckets(now, candidate.agent.timeZone),
      windowEndsAt: new Date(now.getTime() + settings.holdWaitMs + leadCase.offerWindowMs),
      reservedAt: now,
      offeredAt: null,
      expiresAt: null,
      acceptedAt: null,
      endedAt: null,
      resendAt: resendTime(now, settings.reservedResendMs, 0, settings),
      resends: 0,
      version: 1,
    };
    leadCase.add(offer);
    announceReserved(leadCase, offer);
  }
}

/** Asks payments to hold an offer's price. */
export function announceReserved(leadCase: LeadCase, offer: Offer): void {
  leadCase.announceOffer('agents.offer.reserved', offer, {
    mode: offer.mode,
    quoteId: offer.quoteId,
    priceCents: offer.priceCents,
    windowEndsAt: offer.windowEndsAt.toISOString(),
  });
}
