import type { EntityManager } from 'typeorm';

/** Marks the consent of a lead as revoked; the first revocation stands. */
export async function markConsentRevoked(tx: EntityManager, leadId: string, reason: string, at: Date): Promise<void> {
  await tx.query('UPDATE consent SET revoked_at = $2, revoked_reason = $3 WHERE lead_id = $1 AND revoked_at IS NULL', [
    leadId,
    at,
    reason,
  ]);
}
