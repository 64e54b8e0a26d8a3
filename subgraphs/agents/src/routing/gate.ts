import type { RoutingLead } from './candidate.js';
import type { GateReason } from './vocabulary.js';

/** MEDICARE leads go only to sellers that the consent names (domain reference, "leads", Consent). */
export function needsNamedSeller(lead: RoutingLead): boolean {
  return lead.facts.consent.scope === 'NAMED_SELLERS' || lead.facts.line === 'MEDICARE';
}

/**
 * Why this lead may not be routed to anybody, or null: withdrawn, no live consent, a consent without a channel, every channel suppressed,
 * no place free (domain reference, "Routing", step 1). Which seller the consent names is looked at per campaign.
 */
export function gate(lead: RoutingLead, freePlaces: number): GateReason | null {
  const { consent, suppressedChannels } = lead.facts;
  if (lead.withdrawn) return 'WITHDRAWN';
  if (!consent.live) return 'CONSENT';
  if (consent.channels.length === 0) return 'CHANNEL';
  if (consent.channels.every((channel) => suppressedChannels.includes(channel))) return 'SUPPRESSED';
  if (freePlaces <= 0) return 'PLACES';
  return null;
}
