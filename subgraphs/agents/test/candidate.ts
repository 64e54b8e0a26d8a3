import { uuidv7 } from '@leadgraph/kit';
import type { Candidate, RoutingLead, RoutingQuotes } from '../src/routing/candidate.js';
import { unusedCaps } from '../src/routing/caps.js';
import { leadFacts } from './leadFacts.js';

/** A campaign that passes every filter for `routingLead()`: shared AUTO leads in Texas, bid 100 dollars, always open. */
export function candidate(
  change: Partial<Omit<Candidate, 'agent'>> & { agent?: Partial<Candidate['agent']> } = {},
): Candidate {
  const { agent, ...rest } = change;
  return {
    campaignId: uuidv7(),
    agentId: uuidv7(),
    agencyId: 'agency-1',
    status: 'ACTIVE',
    line: 'AUTO',
    states: ['TX'],
    zips: [],
    filters: [],
    minScore: 0,
    mode: 'SHARED',
    bidCents: 10_000,
    priority: 0,
    weight: 1,
    caps: [],
    schedule: [],
    autoAccept: false,
    usage: unusedCaps,
    lastOfferedAt: null,
    decided: 0,
    accepted: 0,
    alreadyOffered: false,
    ...rest,
    agent: {
      status: 'ACTIVE',
      availability: 'AVAILABLE',
      timeZone: 'America/Chicago',
      carriers: [],
      licenses: [
        {
          state: 'TX',
          lineOfAuthority: 'PERSONAL_LINES',
          effective: '2024-01-01',
          expires: '2030-12-31',
          status: 'ACTIVE',
        },
      ],
      availableCents: 1_000_000,
      openOffers: 0,
      ...agent,
    },
  };
}

/** A warm AUTO lead in Texas. */
export function routingLead(change: Parameters<typeof leadFacts>[0] = {}): RoutingLead {
  return { facts: leadFacts(change), score: 70, tier: 'WARM', withdrawn: false };
}

/** Shared for 20 dollars, exclusive for 50. */
export function quotes(sharedCents = 2_000, exclusiveCents = 5_000): RoutingQuotes {
  const expiresAt = new Date('2030-01-01T00:00:00Z');
  return {
    SHARED: { quoteId: 'quote-shared', priceCents: sharedCents, expiresAt },
    EXCLUSIVE: { quoteId: 'quote-exclusive', priceCents: exclusiveCents, expiresAt },
  };
}
