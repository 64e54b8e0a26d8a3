import type { EntityManager } from 'typeorm';
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
