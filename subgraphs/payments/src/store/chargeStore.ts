import { keysetPage, type Page, uuidFloor } from '@leadgraph/kit';
import { Any, type DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
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

/** A charge's id is made when it is captured. Before ids were made from that very instant they were a little later or earlier. */
const ID_MAY_DIFFER_MS = 3_600_000;

/**
 * Reads a page of charges, the newest first; without a beginning those of the last 90 days. Times are bounds of the id as well, so that a page begins where
 * its time does and does not read on through all that is older.
 */
export function listCharges(
  db: DataSource,
  filter: ChargeFilter,
  now: Date,
  page: { first: number; after?: string | null },
): Promise<Page<Charge>> {
  return keysetPage({
    list: 'charges',
    query: filtered(db, filter, now),
    sort: [{ expression: 'charge.id', type: 'uuid', value: (charge) => charge.id }],
    direction: 'DESC',
    page,
  });
}

function filtered(db: DataSource, filter: ChargeFilter, now: Date): SelectQueryBuilder<Charge> {
  const { agentId, leadId, status, isTest, capturedTo: to } = filter;
  const from = filter.capturedFrom ?? new Date(now.getTime() - LISTED_DAYS * 86_400_000);
  const query = db
    .createQueryBuilder(Charge, 'charge')
    .where('charge.capturedAt >= :from AND charge.id >= :fromId', { from, fromId: idAt(from, -ID_MAY_DIFFER_MS) });
  if (to != null) {
    query.andWhere('charge.capturedAt < :to AND charge.id < :toId', { to, toId: idAt(to, ID_MAY_DIFFER_MS) });
  }
  if (agentId != null) query.andWhere('charge.agentId = :agentId', { agentId });
  if (leadId != null) query.andWhere('charge.leadId = :leadId', { leadId });
  // An equality leaves the index's rows in the order of the id; "one of" a list, even of one value, does not.
  if (status?.length === 1) query.andWhere('charge.status = :status', { status: status[0] });
  else if (status != null) query.andWhere('charge.status = ANY(:status)', { status });
  if (isTest != null) query.andWhere(isTest ? 'charge.isTest' : 'NOT charge.isTest');
  return query;
}

function idAt(instant: Date, differs: number): string {
  return uuidFloor(new Date(instant.getTime() + differs));
}
