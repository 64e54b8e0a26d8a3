import { passesFilters } from './campaignFilter.js';
import type { Candidate, RoutingLead, RoutingQuotes, RoutingSettings } from './candidate.js';
import { type CapBuckets, capBuckets, isWithinCaps } from './caps.js';
import { needsNamedSeller } from './gate.js';
import { isLicensed } from './licenseRules.js';
import { isOpen, nextOpening } from './schedule.js';
import type { FilterReason, PoolStrategy } from './vocabulary.js';

export interface FilterInput {
  readonly lead: RoutingLead;
  readonly quotes: RoutingQuotes;
  readonly strategy: PoolStrategy;
  readonly settings: RoutingSettings;
  readonly now: Date;
}

export interface FilterResult {
  readonly reason: FilterReason | null;
  /** What the campaign would pay: the formula's price, or its own bid in an auction. Cents. */
  readonly priceCents: number;
  /** When the campaign would take the lead, if its schedule is the only thing in the way. */
  readonly opensAt: Date | null;
}

type Check = (candidate: Candidate, input: FilterInput, terms: { priceCents: number; buckets: CapBuckets }) => boolean;

/** One check a reason, in the order of the reasons; true passes. */
const checks: Readonly<Record<FilterReason, Check>> = {
  ACTIVE: ({ status, agent }) => status === 'ACTIVE' && agent.status === 'ACTIVE' && agent.availability === 'AVAILABLE',
  LICENSE: ({ agent }, { lead }, { buckets }) =>
    isLicensed(agent.licenses, { line: lead.facts.line, state: lead.facts.state, day: buckets.DAY }),
  LINE: ({ line }, { lead }) => line === lead.facts.line,
  GEO: ({ states, zips }, { lead }) =>
    states.includes(lead.facts.state) && (zips.length === 0 || zips.includes(lead.facts.zip)),
  FILTER: ({ filters }, { lead }) => passesFilters(filters, lead.facts),
  SCORE: ({ minScore }, { lead }) => lead.score >= minScore,
  BID: ({ bidCents, mode }, { quotes }) => bidCents >= quotes[mode].priceCents,
  FUNDS: ({ agent }, _input, { priceCents }) => agent.availableCents !== null && agent.availableCents >= priceCents,
  CAP: ({ caps, usage }, _input, { buckets, priceCents }) => isWithinCaps(caps, usage, { buckets, priceCents }),
  SCHEDULE: ({ schedule, agent }, { now }) => isOpen(schedule, agent.timeZone, now),
  OPEN_OFFERS: ({ agent }, { settings }) => agent.openOffers < settings.mostOpenOffers,
  ALREADY_OFFERED: ({ alreadyOffered }) => !alreadyOffered,
  SAME_CARRIER: ({ agent }, { lead }) => !agent.carriers.some((carrier) => isSameCarrier(carrier, lead)),
  SELLER: ({ agencyId }, { lead }) => !needsNamedSeller(lead) || lead.facts.consent.sellers.includes(agencyId),
};

const order = Object.entries(checks) as [FilterReason, Check][];

/** What a place costs this campaign (domain reference, "Routing", step 4: in an auction the winner pays its own bid). Cents. */
export function priceFor(candidate: Candidate, quotes: RoutingQuotes, strategy: PoolStrategy): number {
  return strategy === 'AUCTION' ? candidate.bidCents : quotes[candidate.mode].priceCents;
}

/**
 * Looks for the first reason why a campaign may not get a lead (domain reference, "Routing", step 2); null when it may. A campaign that
 * only its schedule keeps out also says when it opens, which decides whether a lead without a buyer waits.
 */
export function filterCampaign(candidate: Candidate, input: FilterInput): FilterResult {
  const terms = {
    priceCents: priceFor(candidate, input.quotes, input.strategy),
    buckets: capBuckets(input.now, candidate.agent.timeZone),
  };
  const failed = order.filter(([, check]) => !check(candidate, input, terms)).map(([reason]) => reason);
  const reason = failed[0] ?? null;
  const onlySchedule = failed.length === 1 && reason === 'SCHEDULE';
  const { schedule, agent } = candidate;
  return {
    reason,
    priceCents: terms.priceCents,
    opensAt: onlySchedule ? nextOpening(schedule, agent.timeZone, input.now) : null,
  };
}

function isSameCarrier(carrier: string, lead: RoutingLead): boolean {
  const current = lead.facts.currentCarrier;
  return current !== null && carrier.trim().toLowerCase() === current.trim().toLowerCase();
}
