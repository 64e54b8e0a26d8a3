import type { SaleMode } from './vocabulary.js';

/** A campaign that may get the lead, with what it would pay. Cents. */
export interface PricedCandidate {
  readonly agentId: string;
  readonly mode: SaleMode;
  readonly priceCents: number;
}

export interface ModeDecision {
  /** Null when nobody is there in either mode. */
  readonly mode: SaleMode | null;
  readonly exclusiveCents: number;
  readonly sharedCents: number;
}

/**
 * Exclusive or shared: the best exclusive price against the sum of the best N shared ones, where N ≤ 3 and no more than the free places; the
 * larger wins, a tie is exclusive (domain reference, "Routing", step 3). An agent counts once. `fixed` keeps a mode that a lead already
 * has because places of it are sold or offered.
 */
export function chooseMode(
  candidates: readonly PricedCandidate[],
  terms: { freePlaces: number; sharedSumOf: number; fixed: SaleMode | null },
): ModeDecision {
  const exclusiveCents = Math.max(0, ...bestPrices(candidates, 'EXCLUSIVE').slice(0, 1));
  const places = Math.min(terms.sharedSumOf, terms.freePlaces);
  const sharedCents = bestPrices(candidates, 'SHARED')
    .slice(0, places)
    .reduce((sum, price) => sum + price, 0);
  return { mode: decide(), exclusiveCents, sharedCents };

  function decide(): SaleMode | null {
    const has = (mode: SaleMode) => candidates.some((candidate) => candidate.mode === mode);
    if (terms.fixed !== null) return has(terms.fixed) ? terms.fixed : null;
    if (!has('EXCLUSIVE')) return has('SHARED') ? 'SHARED' : null;
    if (!has('SHARED')) return 'EXCLUSIVE';
    return exclusiveCents >= sharedCents ? 'EXCLUSIVE' : 'SHARED';
  }
}

/** Each agent's best price in a mode, the highest first. */
function bestPrices(candidates: readonly PricedCandidate[], mode: SaleMode): number[] {
  const best = new Map<string, number>();
  for (const candidate of candidates) {
    if (candidate.mode !== mode) continue;
    best.set(candidate.agentId, Math.max(best.get(candidate.agentId) ?? 0, candidate.priceCents));
  }
  return [...best.values()].sort((a, b) => b - a);
}
