import { currentScope, systemActor } from '@leadgraph/kit';
import type { EntityManager, QueryDeepPartialEntity } from 'typeorm';
import type { LeadStatus } from '../lifecycle/leadStatus.js';
import { ConsentRow } from './consentTable.js';
import { LeadEventRow, type LeadEventType } from './leadEventTable.js';
import { LeadRow } from './leadTable.js';

/** Reads a lead and locks its row until the transaction ends; null when there is none. */
export function lockLead(tx: EntityManager, id: string): Promise<LeadRow | null> {
  return tx.createQueryBuilder(LeadRow, 'lead').setLock('pessimistic_write').where('lead.id = :id', { id }).getOne();
}

/** Reads the consent of a lead; null for a rejected one. */
export function readConsent(tx: EntityManager, leadId: string): Promise<ConsentRow | null> {
  return tx.createQueryBuilder(ConsentRow, 'consent').where('consent.leadId = :leadId', { leadId }).getOne();
}

export interface TimelineEntry {
  version: number;
  type: LeadEventType;
  from: LeadStatus | null;
  to: LeadStatus | null;
  reason: string | null;
  data?: Record<string, unknown>;
}

/** Inserts a new lead with its timeline. */
export async function insertLead(tx: EntityManager, lead: LeadRow, timeline: readonly TimelineEntry[]): Promise<void> {
  await tx
    .createQueryBuilder()
    .insert()
    .into(LeadRow)
    .values(lead as QueryDeepPartialEntity<LeadRow>)
    .updateEntity(false)
    .execute();
  await appendTimeline(tx, lead, timeline, lead.receivedAt);
}

/** Inserts the consent of a new lead. */
export async function insertConsent(tx: EntityManager, consent: ConsentRow): Promise<void> {
  await tx.createQueryBuilder().insert().into(ConsentRow).values(consent).updateEntity(false).execute();
}

/** Writes the changed columns of a lead whose row is locked. */
export async function updateLead(tx: EntityManager, id: string, changed: Partial<LeadRow>): Promise<void> {
  await tx
    .createQueryBuilder()
    .update(LeadRow)
    .set(changed as QueryDeepPartialEntity<LeadRow>)
    .where('id = :id', { id })
    .execute();
}

/** Appends to a lead's timeline; who did it comes from the work at hand. */
export async function appendTimeline(
  tx: EntityManager,
  lead: Pick<LeadRow, 'id'>,
  entries: readonly TimelineEntry[],
  occurredAt: Date,
): Promise<void> {
  const actor = currentScope()?.actor ?? systemActor;
  const rows = entries.map((entry) => ({
    leadId: lead.id,
    version: entry.version,
    type: entry.type,
    occurredAt,
    fromStatus: entry.from,
    toStatus: entry.to,
    reason: entry.reason,
    actorKind: actor.kind,
    actorSub: actor.sub,
    data: entry.data ?? {},
  }));
  await tx
    .createQueryBuilder()
    .insert()
    .into(LeadEventRow)
    .values(rows as QueryDeepPartialEntity<LeadEventRow>[])
    .updateEntity(false)
    .execute();
}
