import type { LeadFacts } from '@leadgraph/schema';

/** What of a lead's facts is kept for pricing. Redacted notes, consent and ZIP stay out: no price depends on them. */
export type PricingFacts = Pick<
  LeadFacts,
  | 'line'
  | 'state'
  | 'sourceQuality'
  | 'ageBand'
  | 'phone'
  | 'email'
  | 'address'
  | 'details'
  | 'currentCarrier'
  | 'missingFields'
>;

/** Takes from an event's facts the ones that prices depend on. */
export function pricingFactsOf(lead: LeadFacts): PricingFacts {
  const { line, state, sourceQuality, ageBand, phone, email, address, details, currentCarrier, missingFields } = lead;
  return { line, state, sourceQuality, ageBand, phone, email, address, details, currentCarrier, missingFields };
}
