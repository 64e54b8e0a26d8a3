import { currentScope, systemActor, type Write } from '@leadgraph/kit';
import type { EntityManager, EntityTarget, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
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

/** Inserts a new lead. */
export function leadInsert(tx: EntityManager, lead: LeadRow): Write {
  return insertOf(tx, LeadRow, lead as QueryDeepPartialEntity<LeadRow>);
}

/** Inserts the consent of a new lead. */
export function consentInsert(tx: EntityManager, consent: ConsentRow): Write {
  return insertOf(tx, ConsentRow, consent);
}

/** Writes the changed columns of a lead whose row is locked. */
export function leadUpdate(tx: EntityManager, id: string, changed: Partial<LeadRow>): Write {
  const update = tx
    .createQueryBuilder()
    .update(LeadRow)
    .set(changed as QueryDeepPartialEntity<LeadRow>)
    .where('id = :id', { id });
  return writeOf(update);
}

/** Appends to a lead's timeline; who did it comes from the work at hand. */
export function timelineInsert(
  tx: EntityManager,
  lead: Pick<LeadRow, 'id'>,
  entries: readonly TimelineEntry[],
  occurredAt: Date,
): Write {
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
  return insertOf(tx, LeadEventRow, rows as QueryDeepPartialEntity<LeadEventRow>[]);
}

function insertOf<T extends ObjectLiteral>(
  tx: EntityManager,
  table: EntityTarget<T>,
  rows: QueryDeepPartialEntity<T> | QueryDeepPartialEntity<T>[],
): Write {
  return writeOf(tx.createQueryBuilder().insert().into(table).values(rows).updateEntity(false));
}

function writeOf(query: { getQueryAndParameters(): [string, unknown[]] }): Write {
  const [sql, parameters] = query.getQueryAndParameters();
  return { sql, parameters };
}
