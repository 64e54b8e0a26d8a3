import type { SaleMode, Tier } from '@leadgraph/schema';
import { ExactAmount, WHOLE } from './basisPoints.js';
import type { BreakdownCode, BreakdownLine, PricedBreakdown } from './breakdown.js';
import type { PricingFacts } from './leadFacts.js';
import type { PriceRules } from './priceRules.js';
import { applicableSurcharges } from './surcharges.js';

/** Everything that a price depends on besides the rules. */
export interface PricedLead {
  facts: PricingFacts;
  tier: Tier;
  receivedAt: Date;
}

/**
 * The price of a lead in US cents, with its breakdown (domain reference, "payments"):
 * clamp(round(base × exclusivity × tier × age × source × (1 + Σ surcharges)), floor, ceiling), in integers, rounded once, half up.
 * A line's amount is the difference of the rounded exact amounts before and after its factor, so the lines add up to the price.
 */
export function priceLead(lead: PricedLead, mode: SaleMode, rules: PriceRules, now: Date): PricedBreakdown {
  const { facts } = lead;
  const steps = new Steps(basePrice(rules, facts), `${facts.line}_${facts.state}`);
  steps.multiply('EXCLUSIVITY', mode, rules.exclusivity[mode]);
  steps.multiply('TIER', lead.tier, rules.tier[lead.tier]);
  const age = ageFactor(rules, now.getTime() - lead.receivedAt.getTime());
  steps.multiply('AGE', age.reason, age.basisPoints);
  const source = sourceFactor(rules, facts.sourceQuality);
  steps.multiply('SOURCE', source.reason, source.basisPoints);
  steps.surcharge(
    applicableSurcharges(rules, facts, now).map((surcharge) => surcharge.code),
    rules,
  );
  const { floorCents, ceilingCents } = rules.limits[facts.line];
  return steps.clamp(BigInt(floorCents), BigInt(ceilingCents));
}

function basePrice(rules: PriceRules, facts: PricingFacts): bigint {
  const byState = rules.base[facts.line];
  return BigInt(byState[facts.state] ?? byState['*']);
}

/** A lead that seems to come from the future (clocks differ) counts as new. */
function ageFactor(rules: PriceRules, ageMs: number): { reason: string; basisPoints: number } {
  const band = rules.age.find(({ upToSeconds }) => upToSeconds === null || ageMs <= upToSeconds * 1000);
  if (!band) throw new Error('the age bands of the price rules do not end open');
  return band;
}

function sourceFactor(rules: PriceRules, quality: number | null): { reason: string; basisPoints: number } {
  const band = quality === null ? undefined : rules.source.bands.find(({ atLeast }) => quality >= atLeast);
  return band ?? { reason: 'UNKNOWN', basisPoints: rules.source.unknown };
}

/** Collects the lines while the exact amount moves on. */
class Steps {
  readonly #lines: BreakdownLine[] = [];
  #exact: ExactAmount;
  #rounded: bigint;

  constructor(baseCents: bigint, reason: string) {
    this.#exact = new ExactAmount(baseCents);
    this.#rounded = baseCents;
    this.#lines.push({ code: 'BASE', reason, basisPoints: null, amountCents: baseCents });
  }

  multiply(code: BreakdownCode, reason: string, basisPoints: number): void {
    this.#exact = this.#exact.times(BigInt(basisPoints));
    this.#push(code, reason, basisPoints, this.#exact.cents());
  }

  /** Surcharges are shares of the amount before them all; past the limit another one adds nothing. */
  surcharge(codes: readonly string[], rules: PriceRules): void {
    const before = this.#exact;
    let share = 0;
    for (const code of codes) {
      const next = Math.min(share + rules.surchargeBasisPoints, rules.surchargeLimitBasisPoints);
      this.#exact = before.times(WHOLE + BigInt(next));
      this.#push('SURCHARGE', code, next - share, this.#exact.cents());
      share = next;
    }
  }

  clamp(floor: bigint, ceiling: bigint): PricedBreakdown {
    if (this.#rounded < floor) this.#push('FLOOR', 'LEAST_PRICE', null, floor);
    if (this.#rounded > ceiling) this.#push('CEILING', 'HIGHEST_PRICE', null, ceiling);
    return { priceCents: this.#rounded, lines: this.#lines };
  }

  #push(code: BreakdownCode, reason: string, basisPoints: number | null, reached: bigint): void {
    this.#lines.push({ code, reason, basisPoints, amountCents: reached - this.#rounded });
    this.#rounded = reached;
  }
}
