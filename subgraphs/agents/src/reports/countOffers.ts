import { appendDeltas, deltasOf, durationBucket } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
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

/** Counts for the reports what happened to offers of a lead, in the transaction in which it happens: on the UTC day on which each went out. One statement, or none. */
export async function countOffers(
  tx: EntityManager,
  counts: readonly OfferCount[],
  { isTest }: { isTest: boolean },
): Promise<void> {
  const placed = counts.flatMap(({ offer, add }) =>
    offer.offeredAt === null ? [] : [{ at: offer.offeredAt, isTest, agent_id: offer.agentId, add, offer }],
  );
  const accepted = placed.filter(({ add }) => add.accepted);
  await appendDeltas(
    tx,
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
