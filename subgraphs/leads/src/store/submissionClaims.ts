import type { EntityManager } from 'typeorm';

/**
 * What makes a submission the same one again over all months. Each claim is one row that the first submission inserts; a second one at the same
 * time waits on the row for the first's transaction, and then finds it there.
 */

/** Claims the source's external id for a lead. Answers the lead that has it if it is taken. */
export async function claimExternalId(
  tx: EntityManager,
  claim: { sourceId: string; externalId: string; leadId: string },
): Promise<string | null> {
  const fresh: unknown[] = await tx.query(
    `INSERT INTO lead_external_id (source_id, external_id, lead_id) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING lead_id`,
    [claim.sourceId, claim.externalId, claim.leadId],
  );
  if (fresh.length > 0) return null;
  const [taken]: { lead_id: string }[] = await tx.query(
    'SELECT lead_id FROM lead_external_id WHERE source_id = $1 AND external_id = $2',
    [claim.sourceId, claim.externalId],
  );
  return taken?.lead_id ?? null;
}

/** Claims a payload for its caller. Answers the lead that the same payload made since `since`, if there is one. */
export async function claimPayload(
  tx: EntityManager,
  claim: { caller: string; fingerprint: string; leadId: string; now: Date; since: Date },
): Promise<string | null> {
  const key = [claim.caller, claim.fingerprint];
  const fresh: unknown[] = await tx.query(
    `INSERT INTO recent_payload AS known (caller, fingerprint, lead_id, received_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (caller, fingerprint) DO UPDATE SET lead_id = excluded.lead_id, received_at = excluded.received_at
       WHERE known.received_at <= $5
     RETURNING lead_id`,
    [...key, claim.leadId, claim.now, claim.since],
  );
  if (fresh.length > 0) return null;
  const [taken]: { lead_id: string }[] = await tx.query(
    'SELECT lead_id FROM recent_payload WHERE caller = $1 AND fingerprint = $2',
    key,
  );
  return taken?.lead_id ?? null;
}

/**
 * Claims a person's phone and email in a line. Answers the lead whose claim since `since` stands against it: then this one is its duplicate and
 * keeps no claim. The rows are taken in the order of their hashes, so two submissions of one person cannot wait for each other.
 */
export async function claimContact(
  tx: EntityManager,
  claim: { hashes: readonly (Buffer | null)[]; line: string; isTest: boolean; leadId: string; now: Date; since: Date },
): Promise<string | null> {
  const hashes = claim.hashes.filter((hash) => hash !== null);
  if (hashes.length === 0) return null;
  const claimed: { hash: Buffer }[] = await tx.query(
    `INSERT INTO contact_claim AS known (hash, line, is_test, lead_id, claimed_at)
     SELECT hash, $2, $3, $4, $5 FROM unnest($1::bytea[]) AS hash ORDER BY hash
     ON CONFLICT (hash, line, is_test) DO UPDATE SET lead_id = excluded.lead_id, claimed_at = excluded.claimed_at
       WHERE known.claimed_at <= $6
     RETURNING hash`,
    [hashes, claim.line, claim.isTest, claim.leadId, claim.now, claim.since],
  );
  if (claimed.length === hashes.length) return null;
  const [holder]: { lead_id: string }[] = await tx.query(
    `SELECT lead_id FROM contact_claim
     WHERE hash = ANY($1::bytea[]) AND line = $2 AND is_test = $3 AND lead_id <> $4 ORDER BY claimed_at LIMIT 1`,
    [hashes, claim.line, claim.isTest, claim.leadId],
  );
  await tx.query('DELETE FROM contact_claim WHERE lead_id = $1', [claim.leadId]);
  return holder?.lead_id ?? null;
}

/** The household of a last name and address: that of the first lead that had them. */
export async function joinHousehold(tx: EntityManager, hash: Buffer, newId: string): Promise<string> {
  const fresh: unknown[] = await tx.query(
    'INSERT INTO household (hash, id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
    [hash, newId],
  );
  if (fresh.length > 0) return newId;
  const [known]: { id: string }[] = await tx.query('SELECT id FROM household WHERE hash = $1', [hash]);
  return known?.id ?? newId;
}
