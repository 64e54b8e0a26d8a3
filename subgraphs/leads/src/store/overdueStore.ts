import type { DataSource, EntityManager } from 'typeorm';
import { LeadRow } from './leadTable.js';

/** The lead that has been due longest, locked; those that another process has in hand are passed over. Null when none is due. */
export function lockOverdueLead(tx: EntityManager, now: Date): Promise<LeadRow | null> {
  return tx
    .createQueryBuilder(LeadRow, 'lead')
    .setLock('pessimistic_write')
    .setOnLocked('skip_locked')
    .where('lead.dueAt <= :now', { now })
    .orderBy('lead.dueAt')
    .limit(1)
    .getOne();
}

/** Has a due lead looked at again later. */
export async function postponeLead(db: DataSource, id: string, until: Date): Promise<void> {
  await db.query('UPDATE lead SET due_at = $2 WHERE id = $1 AND due_at < $2', [id, until]);
}
