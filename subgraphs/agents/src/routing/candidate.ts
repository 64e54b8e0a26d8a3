import type { LeadFacts, Tier } from '@leadgraph/schema';
import type { CampaignFilter } from './campaignFilter.js';
import type { Cap, CapUsage } from './caps.js';
import type { License } from './licenseRules.js';
import type { Opening } from './schedule.js';
import type { AgentStatus, Availability, CampaignStatus, Line, PoolStrategy, SaleMode } from './vocabulary.js';

/** The lead as routing sees it: the facts that leads sends, with ai's score. */
export interface RoutingLead {
  readonly facts: LeadFacts;
  readonly score: number;
  readonly tier: Tier;
  readonly withdrawn: boolean;
}

/** What a place costs in one mode. Cents. */
export interface RoutingQuote {
  readonly quoteId: string;
  readonly priceCents: number;
  readonly expiresAt: Date;
}

export type RoutingQuotes = Readonly<Record<SaleMode, RoutingQuote>>;

/** A campaign with everything that decides whether and when it gets a lead. Plain data, read in one go. */
export interface Candidate {
  readonly campaignId: string;
  readonly agentId: string;
  readonly agencyId: string;
  readonly status: CampaignStatus;
  readonly line: Line;
  readonly states: readonly string[];
  /** Empty: every ZIP of the states. */
  readonly zips: readonly string[];
  readonly filters: readonly CampaignFilter[];
  readonly minScore: number;
  readonly mode: SaleMode;
  /** The most it pays for a place, in cents. */
  readonly bidCents: number;
  /** 0 comes first. */
  readonly priority: number;
  readonly weight: number;
  readonly caps: readonly Cap[];
  readonly schedule: readonly Opening[];
  readonly autoAccept: boolean;
  readonly agent: {
    readonly status: AgentStatus;
    readonly availability: Availability;
    readonly timeZone: string;
    readonly carriers: readonly string[];
    readonly licenses: readonly License[];
    /** What the wallet can pay, as last heard from payments; null when nothing was heard yet. The hold decides in the end. */
    readonly availableCents: number | null;
    /** Offers that wait for this agent at the moment. */
    readonly openOffers: number;
  };
  readonly usage: CapUsage;
  readonly lastOfferedAt: Date | null;
  /** Offers that this campaign's agent decided or let expire, and how many of them were accepted. */
  readonly decided: number;
  readonly accepted: number;
  /** Whether this lead was offered to the agent before, or to this campaign without success. */
  readonly alreadyOffered: boolean;
}

/** The numbers of the routing rules; their defaults are the domain reference's. */
export interface RoutingSettings {
  /** How many SHARED offers may be out beyond the free places. */
  readonly sharedOversubscription: number;
  /** Of how many shared prices at most the sum is compared with the exclusive price. */
  readonly sharedSumOf: number;
  readonly mostRounds: number;
  /** Offers that may wait for one agent at the same time. */
  readonly mostOpenOffers: number;
  /** An auction's score: bid × (base + rateShare × smoothed acceptance rate). */
  readonly auction: { readonly base: number; readonly rateShare: number };
  /** What the acceptance rate is taken for before there is experience, and how many offers that belief is worth. */
  readonly acceptancePrior: { readonly rate: number; readonly weight: number };
  /** The strategy where no pool is set up: the formula's price, in turn. */
  readonly defaultStrategy: PoolStrategy;
}

export const defaultRoutingSettings: RoutingSettings = {
  sharedOversubscription: 2,
  sharedSumOf: 3,
  mostRounds: 5,
  mostOpenOffers: 20,
  auction: { base: 0.7, rateShare: 0.3 },
  acceptancePrior: { rate: 0.5, weight: 10 },
  defaultStrategy: 'ROUND_ROBIN',
};
