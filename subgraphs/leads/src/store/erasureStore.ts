import type { EntityManager } from 'typeorm';
import type { LeadRow } from './leadTable.js';

/** Removes what outside the lead's row could lead back to the person: claims, fingerprints, the external id, an empty household. */
export async function forgetPerson(tx: EntityManager, lead: LeadRow): Promise<void> {
  await tx.query('DELETE FROM contact_claim WHERE lead_id = $1', [lead.id]);
  await tx.query('DELETE FROM recent_payload WHERE lead_id = $1', [lead.id]);
  if (lead.externalId !== null) {
    await tx.query('DELETE FROM lead_external_id WHERE source_id = $1 AND external_id = $2', [
      lead.sourceId,
      lead.externalId,
    ]);
  }
  if (lead.householdId === null) return;
  await tx.query(
    `DELETE FROM household WHERE id = $1
       AND NOT EXISTS (SELECT 1 FROM lead WHERE household_id = $1 AND id <> $2)`,
    [lead.householdId, lead.id],
  );
}
