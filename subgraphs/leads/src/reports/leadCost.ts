import type { LeadRow } from '../store/leadTable.js';
import type { SourceRow } from '../store/sourceTable.js';
import type { Money } from './leadCounts.js';

export type PricedSource = Pick<SourceRow, 'pricingCents' | 'pricingBasisPoints'>;

/** What an accepted lead costs by the price of its source at this moment: later prices are for later leads. */
export function costAtIntake(source: PricedSource): Pick<LeadRow, 'costCents' | 'costBasisPoints'> {
  return { costCents: source.pricingCents ?? 0, costBasisPoints: source.pricingBasisPoints };
}

/** The partner's share of a sale's price, in cents, rounded half up; 0 where none was agreed. */
export function costOfSale({ costBasisPoints }: Pick<LeadRow, 'costBasisPoints'>, priceCents: number): number {
  return costBasisPoints === null ? 0 : Math.floor((priceCents * costBasisPoints + 5_000) / 10_000);
}

/** What the reports count of a lead that was accepted. */
export function acceptedMoney({ costCents }: Pick<LeadRow, 'costCents'>): Money {
  return { accepted: 1, ...(costCents !== null && { costed: 1, cost_cents: costCents }) };
}

/** What the reports count of a lead of which the first buyer made a policy. */
export function boundMoney({ costCents }: Pick<LeadRow, 'costCents'>): Money {
  return { bound: 1, ...(costCents !== null && { costed_bound: 1 }) };
}
