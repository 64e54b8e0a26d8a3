import type { Candidate, RoutingSettings } from './candidate.js';
import type { PoolStrategy } from './vocabulary.js';

/** Smooth weighted round robin's memory: each campaign's current weight. */
export type PoolWeights = Readonly<Record<string, number>>;

export interface Ranking {
  /** Every candidate, the first to be offered the lead first. */
  readonly ranked: Candidate[];
  /** The pool's weights after the first `take` were picked; unchanged unless the strategy is WEIGHTED. */
  readonly weights: PoolWeights;
}

/**
 * Orders candidates by priority (0 first) and, within a priority, by the pool's strategy (domain reference, "Routing", step 4). `take` is
 * how many will get an offer: WEIGHTED moves on by that many picks.
 */
export function rankCandidates(
  candidates: readonly Candidate[],
  pool: { strategy: PoolStrategy; weights: PoolWeights; settings: RoutingSettings; take: number },
): Ranking {
  const ranked: Candidate[] = [];
  let weights = pool.weights;
  const classes = Map.groupBy(candidates, (candidate) => candidate.priority);
  for (const priority of [...classes.keys()].sort((a, b) => a - b)) {
    const peers = classes.get(priority) ?? [];
    if (pool.strategy === 'WEIGHTED') {
      const result = rankByWeight(peers, weights, Math.max(0, pool.take - ranked.length));
      ranked.push(...result.ranked);
      weights = result.weights;
    } else {
      ranked.push(...peers.toSorted(pool.strategy === 'AUCTION' ? byScore(pool.settings) : byTurn));
    }
  }
  return { ranked, weights };
}

/** (accepted + prior) / (decided + prior's weight): near the prior with little experience, near the truth with much. */
export function smoothedAcceptanceRate(
  record: { decided: number; accepted: number },
  prior: RoutingSettings['acceptancePrior'],
): number {
  return (record.accepted + prior.rate * prior.weight) / (record.decided + prior.weight);
}

/** An auction's score: bid × (0.7 + 0.3 × smoothed acceptance rate). */
export function auctionScore(candidate: Candidate, settings: RoutingSettings): number {
  const { base, rateShare } = settings.auction;
  return candidate.bidCents * (base + rateShare * smoothedAcceptanceRate(candidate, settings.acceptancePrior));
}

/** Among equals: the higher bid, then whoever has waited longest, then the id. */
function byTies(a: Candidate, b: Candidate): number {
  return b.bidCents - a.bidCents || offeredAt(a) - offeredAt(b) || (a.campaignId < b.campaignId ? -1 : 1);
}

function byScore(settings: RoutingSettings) {
  return (a: Candidate, b: Candidate) => auctionScore(b, settings) - auctionScore(a, settings) || byTies(a, b);
}

function byTurn(a: Candidate, b: Candidate): number {
  return offeredAt(a) - offeredAt(b) || byTies(a, b);
}

function offeredAt(candidate: Candidate): number {
  return candidate.lastOfferedAt?.getTime() ?? 0;
}

/**
 * Smooth weighted round robin (as in nginx): at each pick every candidate's current weight grows by its weight, the largest is picked and
 * gives back the sum. Over many leads each gets its share, spread evenly instead of in bursts. Within one lead nobody is
 * picked twice. Who is not picked follows by current weight.
 */
function rankByWeight(peers: readonly Candidate[], before: PoolWeights, take: number): Ranking {
  const weights: Record<string, number> = { ...before };
  const current = (candidate: Candidate) => weights[candidate.campaignId] ?? 0;
  const byCurrent = (a: Candidate, b: Candidate) => current(b) - current(a) || byTies(a, b);
  const picked: Candidate[] = [];
  let waiting = [...peers];
  while (picked.length < take && waiting.length > 0) {
    let sum = 0;
    for (const candidate of waiting) {
      weights[candidate.campaignId] = current(candidate) + candidate.weight;
      sum += candidate.weight;
    }
    const [best] = waiting.toSorted(byCurrent);
    if (!best) break;
    weights[best.campaignId] = current(best) - sum;
    picked.push(best);
    waiting = waiting.filter((candidate) => candidate !== best);
  }
  return { ranked: [...picked, ...waiting.toSorted(byCurrent)], weights };
}
