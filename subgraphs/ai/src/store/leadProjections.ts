import type { LeadFacts } from '@leadgraph/schema';
import { Any, type EntityManager } from 'typeorm';
import { LeadProjectionRow } from './entities.js';

/**
 * Takes over a lead's facts unless newer ones are there; a withdrawn lead stays withdrawn. Returns the projection as it is afterwards, locked
 * until the end of the transaction.
 */
export async function upsertLead(tx: EntityManager, facts: LeadFacts, version: number): Promise<LeadProjectionRow> {
  await tx.query(
    `INSERT INTO lead_projection (lead_id, version, status, facts) VALUES ($1, $2, 'ACTIVE', $3)
     ON CONFLICT (lead_id) DO UPDATE SET version = EXCLUDED.version, facts = EXCLUDED.facts, updated_at = now()
     WHERE lead_projection.version <= EXCLUDED.version AND lead_projection.status = 'ACTIVE'`,
    [facts.leadId, version, facts],
  );
  const row = await lockLead(tx, facts.leadId);
  if (!row) throw new Error(`The projection of lead ${facts.leadId} is gone`);
  return row;
}

/** Marks a lead as withdrawn and forgets its facts; also one that never arrived, so that a late arrival changes nothing. */
export async function withdrawLead(tx: EntityManager, leadId: string, version: number): Promise<void> {
  await tx.query(
    `INSERT INTO lead_projection (lead_id, version, status, facts) VALUES ($1, $2, 'WITHDRAWN', NULL)
     ON CONFLICT (lead_id) DO UPDATE SET status = 'WITHDRAWN', facts = NULL, updated_at = now(),
       version = GREATEST(lead_projection.version, EXCLUDED.version)`,
    [leadId, version],
  );
}

/** The projection, locked: one transaction at a time changes what ai adds to a lead. */
export function lockLead(tx: EntityManager, leadId: string): Promise<LeadProjectionRow | null> {
  return tx.findOne(LeadProjectionRow, { where: { leadId }, lock: { mode: 'pessimistic_write' } });
}

/** Counts one more change of the lead's fields and returns the new version for the event. */
export async function countChange(tx: EntityManager, leadId: string): Promise<number> {
  const [rows]: [{ changes: number }[], number] = await tx.query(
    'UPDATE lead_projection SET changes = changes + 1 WHERE lead_id = $1 RETURNING changes',
    [leadId],
  );
  return rows[0]?.changes ?? 0;
}

export function findLeads(manager: EntityManager, ids: readonly string[]): Promise<LeadProjectionRow[]> {
  return manager.findBy(LeadProjectionRow, { leadId: Any([...ids]) });
}
