import type { PricedBreakdown } from './breakdown.js';

/**
 * The breakdown of an auction's winner, who pays its own bid: the reserve's lines and one AUCTION_PREMIUM = bid − price (domain reference,
 * "Routing of a QUALIFIED lead", 4). Throws a RangeError for a bid that is not above the reserve.
 */
export function withAuctionPremium(reserve: PricedBreakdown, bidCents: bigint): PricedBreakdown {
  const premium = bidCents - reserve.priceCents;
  if (premium <= 0n) throw new RangeError('an auction premium needs a bid above the reserve');
  return {
    priceCents: bidCents,
    lines: [
      ...reserve.lines,
      { code: 'AUCTION_PREMIUM', reason: 'WINNING_BID', basisPoints: null, amountCents: premium },
    ],
  };
}
