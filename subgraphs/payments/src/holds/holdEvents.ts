import { emit } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { Charge } from '../store/charge.js';
import type { Hold } from '../store/hold.js';
import type { FailureReason, OfferEnd, OfferProjection, RefusalReason } from '../store/offerStore.js';

/** The events about one offer, and the hold that it changed, keep their order: they share its id as order key, and the offer's row is locked while they are written. */
function about({ agentId, offerId, version }: OfferProjection, holdId?: string) {
  return {
    partitionKey: agentId,
    orderKey: offerId,
    entities: [
      { __typename: 'Offer', key: offerId, version },
      ...(holdId === undefined ? [] : [{ __typename: 'Hold', key: holdId, version }]),
    ],
  };
}

function idsOf({ offerId, leadId, agentId }: OfferProjection) {
  return { offerId, leadId, agentId };
}

export async function announceHeld(tx: EntityManager, offer: OfferProjection, hold: Hold): Promise<void> {
  await emit(tx, {
    type: 'payments.hold.held',
    ...about(offer, hold.id),
    payload: {
      ...idsOf(offer),
      holdId: hold.id,
      quoteId: hold.quoteId,
      priceCents: hold.priceCents,
      expiresAt: hold.expiresAt.toISOString(),
    },
  });
}

export async function announceRefused(tx: EntityManager, offer: OfferProjection, reason: RefusalReason): Promise<void> {
  await emit(tx, { type: 'payments.hold.refused', ...about(offer), payload: { ...idsOf(offer), reason } });
}

export async function announceReleased(
  tx: EntityManager,
  offer: OfferProjection,
  hold: Hold,
  reason: OfferEnd | 'HOLD_EXPIRED',
): Promise<void> {
  await emit(tx, {
    type: 'payments.hold.released',
    ...about(offer, hold.id),
    payload: { ...idsOf(offer), holdId: hold.id, reason },
  });
}

export async function announceCaptured(tx: EntityManager, offer: OfferProjection, charge: Charge): Promise<void> {
  const { partitionKey, orderKey, entities } = about(offer, charge.holdId);
  await emit(tx, {
    type: 'payments.charge.captured',
    partitionKey,
    orderKey,
    entities: [...entities, { __typename: 'Charge', key: charge.id, version: 1 }],
    payload: {
      ...idsOf(offer),
      chargeId: charge.id,
      holdId: charge.holdId,
      quoteId: charge.quoteId,
      priceCents: charge.priceCents,
    },
  });
}

export async function announceFailed(tx: EntityManager, offer: OfferProjection, reason: FailureReason): Promise<void> {
  await emit(tx, { type: 'payments.charge.failed', ...about(offer), payload: { ...idsOf(offer), reason } });
}
