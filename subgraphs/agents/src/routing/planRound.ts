import type { Candidate, RoutingLead, RoutingQuotes, RoutingSettings } from './candidate.js';
import { chooseMode } from './chooseMode.js';
import { filterCampaign } from './filterCampaign.js';
import { gate } from './gate.js';
import { type PoolWeights, rankCandidates } from './rankCandidates.js';
import type { FilterReason, GateReason, PassedOverReason, PoolStrategy, SaleMode } from './vocabulary.js';

export interface RoundInput {
  readonly lead: RoutingLead;
  readonly quotes: RoutingQuotes;
  readonly candidates: readonly Candidate[];
  readonly pool: { readonly strategy: PoolStrategy; readonly weights: PoolWeights };
  readonly places: {
    /** Places that nobody has accepted yet. */
    readonly free: number;
    /** Offers that are out for this lead already: they take up what may be out at the same time. */
    readonly live: number;
    /** The mode that the lead has because some of its places are sold or offered. */
    readonly mode: SaleMode | null;
  };
  readonly settings: RoutingSettings;
  readonly now: Date;
}

/** Why one campaign won or lost. Kept and shown as `Lead.routing`. */
export interface TraceEntry {
  readonly campaignId: string;
  readonly agentId: string;
  readonly mode: SaleMode;
  readonly outcome: 'CHOSEN' | 'PASSED_OVER' | 'FILTERED';
  readonly reason: FilterReason | PassedOverReason | null;
  /** The place in the order of those that passed, from 1. */
  readonly rank: number | null;
  readonly priceCents: number;
  readonly bidCents: number;
  /** ISO 8601; only for SCHEDULE. */
  readonly opensAt: string | null;
}

export interface ChosenCandidate {
  readonly candidate: Candidate;
  readonly quoteId: string;
  readonly priceCents: number;
}

export interface RoundPlan {
  readonly gate: GateReason | null;
  readonly mode: SaleMode | null;
  readonly exclusiveCents: number;
  readonly sharedCents: number;
  readonly chosen: readonly ChosenCandidate[];
  readonly trace: readonly TraceEntry[];
  readonly weights: PoolWeights;
  /** When to try again, if nobody was chosen and a schedule is all that keeps some campaign out. */
  readonly retryAt: Date | null;
}

/**
 * Decides one round of routing from plain data (domain reference, "Routing", steps 1 to 4): gate, filter, mode, order. EXCLUSIVE offers go
 * out one at a time; SHARED ones as many as places are free, and `sharedOversubscription` more.
 */
export function planRound(input: RoundInput): RoundPlan {
  const { lead, quotes, pool, places, settings, now } = input;
  const closed = gate(lead, places.free);
  if (closed !== null) return nobody(closed, pool.weights);

  const filtered = input.candidates.map((candidate) => ({
    candidate,
    ...filterCampaign(candidate, { lead, quotes, strategy: pool.strategy, settings, now }),
  }));
  const passed = filtered.filter(({ reason }) => reason === null);
  const priced = passed.map(({ candidate, priceCents }) => ({
    agentId: candidate.agentId,
    mode: candidate.mode,
    priceCents,
  }));
  const { sharedSumOf } = settings;
  const decision = chooseMode(priced, { freePlaces: places.free, sharedSumOf, fixed: places.mode });

  const wanted = Math.max(0, mostLive(decision.mode, places.free, settings) - places.live);
  const eligible = passed.map(({ candidate }) => candidate).filter(({ mode }) => mode === decision.mode);
  const { ranked, weights } = rankDistinctAgents(eligible, { ...pool, settings, take: wanted });
  const chosen = ranked.slice(0, wanted);
  const ranks = new Map(ranked.map((candidate, index) => [candidate.campaignId, index + 1]));
  const winners = new Set(chosen.map(({ campaignId }) => campaignId));
  const openings = filtered.flatMap(({ opensAt, candidate }) =>
    opensAt !== null && (places.mode ?? candidate.mode) === candidate.mode ? [opensAt.getTime()] : [],
  );

  return {
    gate: null,
    ...decision,
    chosen: chosen.map((candidate) => ({
      candidate,
      quoteId: quotes[candidate.mode].quoteId,
      priceCents: pool.strategy === 'AUCTION' ? candidate.bidCents : quotes[candidate.mode].priceCents,
    })),
    trace: filtered.map(({ candidate, reason, priceCents, opensAt }) => ({
      campaignId: candidate.campaignId,
      agentId: candidate.agentId,
      mode: candidate.mode,
      ...(reason !== null
        ? { outcome: 'FILTERED' as const, reason }
        : winners.has(candidate.campaignId)
          ? { outcome: 'CHOSEN' as const, reason: null }
          : {
              outcome: 'PASSED_OVER' as const,
              reason: candidate.mode === decision.mode ? ('OUTRANKED' as const) : ('OTHER_MODE' as const),
            }),
      rank: ranks.get(candidate.campaignId) ?? null,
      priceCents,
      bidCents: candidate.bidCents,
      opensAt: opensAt?.toISOString() ?? null,
    })),
    weights,
    retryAt: chosen.length === 0 && openings.length > 0 ? new Date(Math.min(...openings)) : null,
  };
}

/** How many offers of a lead may be out at the same time. */
export function mostLive(mode: SaleMode | null, freePlaces: number, settings: RoutingSettings): number {
  if (mode === null || freePlaces <= 0) return 0;
  return mode === 'EXCLUSIVE' ? 1 : freePlaces + settings.sharedOversubscription;
}

/** An agent gets a lead at most once, by the best of its campaigns: the others leave before the pool's order is made. */
function rankDistinctAgents(candidates: readonly Candidate[], pool: Parameters<typeof rankCandidates>[1]) {
  const plain = rankCandidates(candidates, { ...pool, take: 0 }).ranked;
  const best = plain.filter(
    (candidate, index) => plain.findIndex((other) => other.agentId === candidate.agentId) === index,
  );
  return rankCandidates(best, pool);
}

function nobody(gateReason: GateReason, weights: PoolWeights): RoundPlan {
  return {
    gate: gateReason,
    mode: null,
    exclusiveCents: 0,
    sharedCents: 0,
    chosen: [],
    trace: [],
    weights,
    retryAt: null,
  };
}

/** How many campaigns lost for which reason, for reports and for the event that ends routing. */
export function countReasons(plan: RoundPlan): Record<string, number> {
  const counts: Record<string, number> = {};
  if (plan.gate !== null) counts[plan.gate] = 1;
  for (const { reason } of plan.trace) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
