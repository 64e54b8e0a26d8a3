import { uuidFloor } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { MONTHS_BEHIND, monthlyTables, monthStart, partitionName } from './monthPartitions.js';

/**
 * Takes a month's leads and timelines out of the store, in the caller's transaction, and answers the names of the tables that hold them from then on, for archiving or dropping.
 * Only for months before those that have partitions made for them. Not CONCURRENTLY, which PostgreSQL refuses where there is a default partition: both tables are locked
 * for a moment, and when that is not possible within `lock_timeout` nothing is changed.
 *
 * No table refers to leads by a foreign key: consents, sales and claims of the month stay (lists do not show what was sold), references to its leads answer null. Reports keep what was counted of it,
 * also when they are rebuilt (`detached_month`). Leads of the month cannot change any more: an event about one ends as a dead letter.
 */
export async function detachMonth(tx: Pick<EntityManager, 'query'>, month: Date, now: Date): Promise<string[]> {
  const first = monthStart(month);
  if (first >= monthStart(now, -MONTHS_BEHIND)) {
    throw new Error(`only months before ${monthStart(now, -MONTHS_BEHIND).toISOString().slice(0, 7)} can be detached`);
  }
  await tx.query(`SET LOCAL lock_timeout = '3s'`);
  await tx.query(`SELECT pg_advisory_xact_lock(hashtext('leads month partitions'))`);
  // What sales have of their leads is what lists go by (migrations/1764500000000OwnLeads.ts). First, as nobody waits for it.
  await tx.query('UPDATE lead_buyer SET lead_status = NULL WHERE lead_id >= $1 AND lead_id < $2', [
    uuidFloor(first),
    uuidFloor(monthStart(first, 1)),
  ]);
  const detached: string[] = [];
  for (const table of monthlyTables) {
    const name = partitionName(table, first);
    await tx.query(`ALTER TABLE ${table.name} DETACH PARTITION ${name}`);
    detached.push(name);
  }
  await tx.query('INSERT INTO detached_month (month) VALUES ($1) ON CONFLICT DO NOTHING', [
    first.toISOString().slice(0, 10),
  ]);
  return detached;
}
