import { deltasOf, deltaWrites, durationBucket, type Write } from '@leadgraph/kit';
import type { Offer } from '../store/offer.js';
import { acceptSpeed, type LeaderboardMeasure, leaderboard } from './rollups.js';

type CountedOffer = Pick<Offer, 'agentId' | 'offeredAt' | 'acceptedAt'>;

/** What happened to an offer that is or was out. */
export interface OfferCount {
  readonly offer: CountedOffer;
  readonly add: Partial<Record<LeaderboardMeasure, number>>;
}

/** What an acceptance adds. */
export function acceptedCount(offer: CountedOffer): OfferCount {
  return { offer, add: { accepted: 1, accept_ms: acceptMs(offer) } };
}

/** Counts for the reports what happened to offers of a lead, on the UTC day on which each went out: to be written in the transaction in which it happens. */
export function offerCounts(counts: readonly OfferCount[], { isTest }: { isTest: boolean }): Write[] {
  const placed = counts.flatMap(({ offer, add }) =>
    offer.offeredAt === null ? [] : [{ at: offer.offeredAt, isTest, agent_id: offer.agentId, add, offer }],
  );
  const accepted = placed.filter(({ add }) => add.accepted);
  return deltaWrites(
    deltasOf(leaderboard, placed),
    deltasOf(
      acceptSpeed,
      accepted.map(({ offer, ...place }) => ({
        ...place,
        bucket: durationBucket(acceptMs(offer)),
        add: { accepted: 1 },
      })),
    ),
  );
}

function acceptMs({ offeredAt, acceptedAt }: CountedOffer): number {
  return offeredAt === null || acceptedAt === null ? 0 : acceptedAt.getTime() - offeredAt.getTime();
}
