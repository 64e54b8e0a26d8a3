import type { EntityManager } from 'typeorm';
import type { Offer } from './offer.js';

/** The new offers of a lead. */
export async function insertOffers(tx: EntityManager, offers: readonly Offer[]): Promise<void> {
  if (offers.length === 0) return;
  await tx.query('INSERT INTO offer SELECT * FROM jsonb_populate_recordset(null::offer, $1::jsonb)', [
    JSON.stringify(offers.map(toRow)),
  ]);
}

/**
 * Writes back offers of one lead that changed, in one statement. The caller holds the lock of the lead's routing. The lead's id stands in the
 * condition because PostgreSQL takes a record set for 100 rows and would rather read the whole table than look each of them up.
 */
export async function updateOffers(tx: EntityManager, offers: readonly Offer[]): Promise<void> {
  const [first] = offers;
  if (!first) return;
  await tx.query(
    `UPDATE offer SET status = n.status, settlement = n.settlement, cancel_reason = n.cancel_reason,
       reject_reason = n.reject_reason, refusal = n.refusal, quote_id = n.quote_id, price_cents = n.price_cents,
       window_ends_at = n.window_ends_at, offered_at = n.offered_at, expires_at = n.expires_at, ended_at = n.ended_at,
       resend_at = n.resend_at, resends = n.resends, version = n.version
     FROM jsonb_populate_recordset(null::offer, $1::jsonb) AS n WHERE offer.lead_id = $2 AND offer.id = n.id`,
    [JSON.stringify(offers.map(toRow)), first.leadId],
  );
}

function toRow(offer: Offer) {
  return {
    id: offer.id,
    lead_id: offer.leadId,
    agent_id: offer.agentId,
    campaign_id: offer.campaignId,
    round: offer.round,
    mode: offer.mode,
    status: offer.status,
    settlement: offer.settlement,
    cancel_reason: offer.cancelReason,
    reject_reason: offer.rejectReason,
    refusal: offer.refusal,
    quote_id: offer.quoteId,
    price_cents: offer.priceCents,
    auto_accept: offer.autoAccept,
    cap_buckets: offer.capBuckets,
    window_ends_at: offer.windowEndsAt,
    reserved_at: offer.reservedAt,
    offered_at: offer.offeredAt,
    expires_at: offer.expiresAt,
    ended_at: offer.endedAt,
    resend_at: offer.resendAt,
    resends: offer.resends,
    version: offer.version,
  };
}
