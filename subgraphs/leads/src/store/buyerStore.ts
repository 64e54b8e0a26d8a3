import { toSafeNumber } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { BuyerRow } from './buyerTable.js';

/** The sale of an offer, if it has been sold. */
export function readBuyer(tx: EntityManager, offerId: string): Promise<BuyerRow | null> {
  return tx.createQueryBuilder(BuyerRow, 'buyer').where('buyer.offerId = :offerId', { offerId }).getOne();
}

/** Records a sale; the lead's row has to be locked, so that sales are numbered without gaps. */
export async function insertBuyer(tx: EntityManager, buyer: BuyerRow): Promise<void> {
  await tx.createQueryBuilder().insert().into(BuyerRow).values(buyer).updateEntity(false).execute();
}

/** Notes that an agent gave back what it bought of a lead; answers how many sales that were, and for how much. None if it was noted before. */
export async function markReturned(
  tx: EntityManager,
  { leadId, agentId, at }: { leadId: string; agentId: string; at: Date },
): Promise<{ sales: number; cents: number }> {
  const { raw } = await tx
    .createQueryBuilder()
    .update(BuyerRow)
    .set({ returnedAt: at })
    .where('leadId = :leadId AND agentId = :agentId AND returnedAt IS NULL', { leadId, agentId })
    .returning('price_cents')
    .execute();
  const prices = (raw as { price_cents: string }[]).map((row) => toSafeNumber(row.price_cents));
  return { sales: prices.length, cents: prices.reduce((sum, price) => sum + price, 0) };
}

/** Notes that what an agent bought became a policy. False when there is no such sale, or it was noted before. */
export async function markBound(
  tx: EntityManager,
  { leadId, agentId, at }: { leadId: string; agentId: string; at: Date },
): Promise<boolean> {
  const { affected } = await tx
    .createQueryBuilder()
    .update(BuyerRow)
    .set({ boundAt: at })
    .where('leadId = :leadId AND agentId = :agentId AND boundAt IS NULL', { leadId, agentId })
    .execute();
  return (affected ?? 0) > 0;
}
