import type { EntityManager } from 'typeorm';
import { lockLead } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';

/**
 * The lead that an event is about, its row locked. Every lead begins here, so one that is not there is no matter of order: the message ends
 * as a dead letter for a person to look at.
 */
export async function findLead(tx: EntityManager, id: string): Promise<LeadRow> {
  const lead = await lockLead(tx, id);
  if (!lead) throw new Error(`there is no lead ${id}`);
  return lead;
}
