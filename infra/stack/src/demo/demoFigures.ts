/** How often something occurred, by its name. */
export type Tally = Readonly<Record<string, number>>;

/** What a run of the demo came to. Money in cents. */
export interface DemoFigures {
  readonly run: number;
  /** Submissions that were sent; those that the platform knew already (the same external id again) are `replayed`. */
  readonly posted: number;
  readonly replayed: number;
  /** Leads that the platform has of this run. */
  readonly received: number;
  readonly rejected: number;
  readonly rejectedByCode: Tally;
  readonly duplicates: number;
  readonly qualifiedByTier: Tally;
  readonly needsReview: number;
  readonly disqualified: number;
  readonly offeredLeads: number;
  readonly offersByStatus: Tally;
  readonly soldLeads: number;
  readonly soldPlaces: number;
  readonly soldByMode: Tally;
  readonly unsold: number;
  readonly unsoldByReason: Tally;
  readonly queued: number;
  /** External ids whose lead, offers or payments are not settled although the time is up. */
  readonly stuck: readonly string[];
  /** Stored submissions of which the platform has no lead. */
  readonly lost: readonly string[];
  readonly revenueCents: number;
  readonly charges: number;
  /** Offers of the run whose sale and charges do not match one to one. */
  readonly wronglyCharged: readonly string[];
  /** Offers of the run whose charge is not what its quote says. */
  readonly unlikeQuote: readonly string[];
  readonly postingsSumCents: number;
  readonly elapsedMs: number;
  readonly leadsPerSecond: number;
}

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly target: number;
  readonly ok: boolean;
}

/** The targets of a run, all of them zero: nothing stuck or lost, each sale charged once at its quote's price, a balanced ledger. */
export function demoBars(figures: DemoFigures): Bar[] {
  return Object.entries({
    stuck: figures.stuck.length,
    lost: figures.lost.length,
    salesNotChargedOnce: figures.wronglyCharged.length,
    chargesUnlikeQuote: figures.unlikeQuote.length,
    postingsSumCents: figures.postingsSumCents,
  }).map(([name, value]) => ({ name, value, target: 0, ok: value === 0 }));
}
