import { uuidv7 } from '@leadgraph/kit';
import type { EventPayload } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { PaymentsRules } from '../paymentsRules.js';
import { issueAuctionQuote } from '../quotes/issueAuctionQuote.js';
import { isQuoteExpired } from '../quotes/issueQuotes.js';
import type { Hold } from '../store/hold.js';
import { extendHold, holdOfOffer, insertHold } from '../store/holdStore.js';
import { lockOffer, type OfferProjection, type RefusalReason, rememberRefusal } from '../store/offerStore.js';
import type { Quote } from '../store/quote.js';
import { findQuotes } from '../store/quoteStore.js';
import { findWallets, reserveFunds } from '../store/walletStore.js';
import { announceWallet } from '../wallets/announceWallet.js';
import { announceHeld, announceRefused } from './holdEvents.js';

export type Reservation = EventPayload<'agents.offer.reserved'>;

/**
 * Sets money aside for an offer and answers held or refused; a repetition gets the first answer again (holdStates.ts). A quote counts as of the
 * time of the reservation: what was promised then holds, however late the message is.
 */
export async function reserveHold(
  tx: EntityManager,
  reservation: Reservation,
  reservedAt: Date,
  rules: PaymentsRules,
): Promise<void> {
  const offer = await lockOffer(tx, reservation);
  const known = await holdOfOffer(tx, offer.offerId);
  if (known) return answerAgain(tx, offer, known, holdEnd(reservation, rules));
  if (offer.refusedReason) return announceRefused(tx, offer, offer.refusedReason);
  if (offer.endedAs || offer.failedReason || holdEnd(reservation, rules) <= rules.clock.now()) {
    return refuse(tx, offer, 'OFFER_ENDED');
  }
  const [quote] = await findQuotes(tx, [reservation.quoteId]);
  if (!quote || !isQuoteFor(quote, reservation)) return refuse(tx, offer, 'QUOTE_UNKNOWN');
  if (isQuoteExpired(quote, reservedAt)) return refuse(tx, offer, 'QUOTE_EXPIRED');

  // From here on the agent's wallet is locked: an agent's holds wait for each other, so little may follow.
  const wallet = await reserveFunds(tx, offer.agentId, reservation.priceCents);
  if (!wallet) {
    const [exists] = await findWallets(tx, [offer.agentId]);
    return refuse(tx, offer, exists ? 'FUNDS' : 'WALLET_UNKNOWN');
  }
  const hold = await placeHold(tx, reservation, quote, rules);
  await announceHeld(tx, offer, hold);
  await announceWallet(tx, wallet, 'HELD');
}

async function placeHold(
  tx: EntityManager,
  reservation: Reservation,
  quote: Quote,
  rules: PaymentsRules,
): Promise<Hold> {
  const { offerId, leadId, agentId, priceCents } = reservation;
  const now = rules.clock.now();
  const expiresAt = holdEnd(reservation, rules);
  const paid =
    priceCents === quote.priceCents
      ? quote
      : await issueAuctionQuote(tx, { reserve: quote, offerId, bidCents: priceCents, now, expiresAt });
  return insertHold(tx, {
    id: uuidv7(),
    offerId,
    leadId,
    agentId,
    quoteId: paid.id,
    priceCents,
    createdAt: now,
    expiresAt,
  });
}

async function answerAgain(tx: EntityManager, offer: OfferProjection, hold: Hold, expiresAt: Date): Promise<void> {
  if (hold.status === 'RELEASED' || hold.status === 'EXPIRED') return announceRefused(tx, offer, 'OFFER_ENDED');
  if (hold.status === 'HELD' && expiresAt > hold.expiresAt) {
    await extendHold(tx, offer.offerId, expiresAt);
    hold.expiresAt = expiresAt;
  }
  return announceHeld(tx, offer, hold);
}

async function refuse(tx: EntityManager, offer: OfferProjection, reason: RefusalReason): Promise<void> {
  await rememberRefusal(tx, offer.offerId, reason);
  await announceRefused(tx, offer, reason);
}

/** A standard quote of this lead and mode, at its price or, in an auction, above it. */
function isQuoteFor(quote: Quote, { leadId, mode, priceCents }: Reservation): boolean {
  return quote.kind === 'STANDARD' && quote.leadId === leadId && quote.mode === mode && quote.priceCents <= priceCents;
}

function holdEnd({ windowEndsAt }: Reservation, { settings }: PaymentsRules): Date {
  return new Date(Date.parse(windowEndsAt) + settings.holdGraceMs);
}
