import { Any, type EntityManager } from 'typeorm';
import { type HoldState, holdTransitions, statesBefore } from '../holds/holdStates.js';
import { Hold } from './hold.js';

/** Adds a hold. A second one for the same offer violates a unique constraint. */
export async function insertHold(
  tx: EntityManager,
  hold: Omit<Hold, 'currency' | 'status' | 'endedAt'>,
): Promise<Hold> {
  const row = tx.create(Hold, { ...hold, status: 'HELD', endedAt: null });
  await tx.insert(Hold, row);
  return row;
}

/** The hold of an offer, if it has one. */
export async function holdOfOffer(tx: EntityManager, offerId: string): Promise<Hold | null> {
  return tx.findOneBy(Hold, { offerId });
}

/** Ends a hold if its state allows it; null when there is none in such a state (or, with `dueAt`, none whose time is over). */
export async function endHold(
  tx: EntityManager,
  end: { offerId: string; to: Exclude<HoldState, 'HELD'>; now: Date; dueAt?: Date },
): Promise<Hold | null> {
  const query = tx
    .createQueryBuilder()
    .update(Hold)
    .set({ status: end.to, endedAt: end.now })
    .where('offer_id = :offerId AND status = ANY(:from)', {
      offerId: end.offerId,
      from: statesBefore(holdTransitions, end.to),
    });
  if (end.dueAt) query.andWhere('expires_at <= :dueAt', { dueAt: end.dueAt });
  const { affected } = await query.execute();
  return affected === 1 ? holdOfOffer(tx, end.offerId) : null;
}

/** Moves the end of a hold that is still HELD further away, never nearer. */
export async function extendHold(tx: EntityManager, offerId: string, expiresAt: Date): Promise<void> {
  await tx.query(`UPDATE hold SET expires_at = greatest(expires_at, $2) WHERE offer_id = $1 AND status = 'HELD'`, [
    offerId,
    expiresAt,
  ]);
}

/** Holds that are past their time and still HELD, the longest first. */
export async function dueHolds(em: EntityManager, now: Date, limit: number): Promise<Hold[]> {
  return em
    .createQueryBuilder(Hold, 'hold')
    .where(`hold.status = 'HELD' AND hold.expires_at <= :now`, { now })
    .orderBy('hold.expires_at')
    .limit(limit)
    .getMany();
}

/** Holds by id. */
export async function findHolds(em: EntityManager, ids: readonly string[]): Promise<Hold[]> {
  return em.findBy(Hold, { id: Any([...ids]) });
}

/** Holds by their offers. */
export async function findHoldsOfOffers(em: EntityManager, offerIds: readonly string[]): Promise<Hold[]> {
  return em.findBy(Hold, { offerId: Any([...offerIds]) });
}
