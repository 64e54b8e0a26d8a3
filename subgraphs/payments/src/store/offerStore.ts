import type { EntityManager } from 'typeorm';

/** An offer, as far as its events name it. */
export interface OfferRef {
  offerId: string;
  leadId: string;
  agentId: string;
}

export type OfferEnd = 'REJECTED' | 'EXPIRED' | 'CANCELLED';
export type RefusalReason = 'FUNDS' | 'WALLET_UNKNOWN' | 'QUOTE_EXPIRED' | 'QUOTE_UNKNOWN' | 'OFFER_ENDED';
export type FailureReason = 'HOLD_MISSING' | 'HOLD_EXPIRED' | 'HOLD_RELEASED';

/** What payments remembers of an offer besides its hold and its charge. */
export interface OfferProjection extends OfferRef {
  endedAs: OfferEnd | null;
  refusedReason: RefusalReason | null;
  failedReason: FailureReason | null;
  /** Grows with each event that is handled for the offer. */
  version: number;
}

/**
 * Makes the offer known if it is not, counts its version up, and locks it until the transaction ends: what happens to one offer happens one
 * after another. Always the first lock of a transaction, before the wallet's.
 */
export async function lockOffer(tx: EntityManager, { offerId, leadId, agentId }: OfferRef): Promise<OfferProjection> {
  const [row]: {
    ended_as: OfferEnd | null;
    refused_reason: RefusalReason | null;
    failed_reason: FailureReason | null;
    version: string;
  }[] = await tx.query(
    `INSERT INTO offer_projection (offer_id, lead_id, agent_id) VALUES ($1, $2, $3)
     ON CONFLICT (offer_id) DO UPDATE SET version = offer_projection.version + 1
     RETURNING ended_as, refused_reason, failed_reason, version`,
    [offerId, leadId, agentId],
  );
  if (!row) throw new Error('an upsert returned no row');
  return {
    offerId,
    leadId,
    agentId,
    endedAs: row.ended_as,
    refusedReason: row.refused_reason,
    failedReason: row.failed_reason,
    version: Number(row.version),
  };
}

/** Remembers that the offer is over; the first end stays. */
export async function rememberEnd(tx: EntityManager, offerId: string, endedAs: OfferEnd): Promise<void> {
  await tx.query('UPDATE offer_projection SET ended_as = COALESCE(ended_as, $2) WHERE offer_id = $1', [
    offerId,
    endedAs,
  ]);
}

/** Remembers why the hold was refused, so that a repetition gets the same answer. */
export async function rememberRefusal(tx: EntityManager, offerId: string, reason: RefusalReason): Promise<void> {
  await tx.query('UPDATE offer_projection SET refused_reason = $2 WHERE offer_id = $1', [offerId, reason]);
}

/** Remembers why the capture failed, so that a repetition gets the same answer. */
export async function rememberFailure(tx: EntityManager, offerId: string, reason: FailureReason): Promise<void> {
  await tx.query('UPDATE offer_projection SET failed_reason = $2 WHERE offer_id = $1', [offerId, reason]);
}
