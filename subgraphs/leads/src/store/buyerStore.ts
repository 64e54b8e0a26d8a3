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
