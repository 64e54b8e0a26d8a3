/** Why a line stands in a quote's breakdown, in the order in which the lines stand. */
export const breakdownCodes = [
  'BASE',
  'EXCLUSIVITY',
  'TIER',
  'AGE',
  'SOURCE',
  'SURCHARGE',
  'FLOOR',
  'CEILING',
  'AUCTION_PREMIUM',
] as const;
export type BreakdownCode = (typeof breakdownCodes)[number];

/** One step of a price. The amounts of all lines add up to the price, to the cent. */
export interface BreakdownLine {
  code: BreakdownCode;
  /** What made the step, e.g. `HOT`, `UP_TO_1_HOUR` or a surcharge's code. */
  reason: string;
  /** The factor that was applied (a surcharge's share); null where an amount was given. */
  basisPoints: number | null;
  /** What the step added to the price or, below zero, took off. */
  amountCents: bigint;
}

/** A price with the steps that led to it. */
export interface PricedBreakdown {
  priceCents: bigint;
  lines: BreakdownLine[];
}

/** The sum of the lines, which is the price. */
export function sumOfLines(lines: readonly BreakdownLine[]): bigint {
  return lines.reduce((sum, line) => sum + line.amountCents, 0n);
}
