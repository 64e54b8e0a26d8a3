import { toSafeNumber, uuidv7 } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { withAuctionPremium } from '../pricing/auctionPremium.js';
import type { Quote } from '../store/quote.js';
import { fromQuoteLine, insertQuote, toQuoteLine } from '../store/quoteStore.js';

/**
 * The quote of an auction's winner: the reserve's lines and an AUCTION_PREMIUM up to its bid. It belongs to one offer and lives as long as the
 * hold; it is told in `payments.hold.held` and not announced as a quote of the lead, which nobody else can buy at that price.
 */
export async function issueAuctionQuote(
  tx: EntityManager,
  auction: { reserve: Quote; offerId: string; bidCents: number; now: Date; expiresAt: Date },
): Promise<Quote> {
  const { reserve } = auction;
  const priced = withAuctionPremium(
    { priceCents: BigInt(reserve.priceCents), lines: reserve.breakdown.map(fromQuoteLine) },
    BigInt(auction.bidCents),
  );
  return insertQuote(tx, {
    id: uuidv7(),
    leadId: reserve.leadId,
    kind: 'AUCTION',
    mode: reserve.mode,
    priceCents: toSafeNumber(priced.priceCents),
    breakdown: priced.lines.map(toQuoteLine),
    ruleVersion: reserve.ruleVersion,
    baseQuoteId: reserve.id,
    offerId: auction.offerId,
    createdAt: auction.now,
    expiresAt: auction.expiresAt,
  });
}
