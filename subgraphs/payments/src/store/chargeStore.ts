import { Any, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import type { ChargeState } from '../holds/holdStates.js';
import { Charge } from './charge.js';

/** Adds a charge. A second one for the same offer, or one that differs from its quote or hold, violates a constraint. */
export async function insertCharge(tx: EntityManager, charge: Omit<Charge, 'currency' | 'status'>): Promise<Charge> {
  const row = tx.create(Charge, { ...charge, status: 'CAPTURED' });
  await tx.insert(Charge, row);
  return row;
}

/** The charge of an offer, if it was captured. */
export async function chargeOfOffer(tx: EntityManager, offerId: string): Promise<Charge | null> {
  return tx.findOneBy(Charge, { offerId });
}

/** Charges by id. */
export async function findCharges(em: EntityManager, ids: readonly string[]): Promise<Charge[]> {
  return em.findBy(Charge, { id: Any([...ids]) });
}

/** Charges by their offers. */
export async function findChargesOfOffers(em: EntityManager, offerIds: readonly string[]): Promise<Charge[]> {
  return em.findBy(Charge, { offerId: Any([...offerIds]) });
}

export interface ChargeFilter {
  agentId?: string | null;
  leadId?: string | null;
  status?: readonly ChargeState[] | null;
  isTest?: boolean | null;
  capturedFrom?: Date | null;
  capturedTo?: Date | null;
}

const LISTED_DAYS = 90;

/** The charges that a filter lets through; without a beginning those of the last 90 days. */
export function filterCharges(em: EntityManager, filter: ChargeFilter, now: Date): SelectQueryBuilder<Charge> {
  const from = filter.capturedFrom ?? new Date(now.getTime() - LISTED_DAYS * 86_400_000);
  const query = em.createQueryBuilder(Charge, 'charge').where('charge.captured_at >= :from', { from });
  if (filter.capturedTo != null) query.andWhere('charge.captured_at < :to', { to: filter.capturedTo });
  if (filter.agentId != null) query.andWhere('charge.agent_id = :agentId', { agentId: filter.agentId });
  if (filter.leadId != null) query.andWhere('charge.lead_id = :leadId', { leadId: filter.leadId });
  if (filter.status != null) query.andWhere('charge.status = ANY(:status)', { status: filter.status });
  if (filter.isTest != null) query.andWhere('charge.is_test = :isTest', { isTest: filter.isTest });
  return query;
}
