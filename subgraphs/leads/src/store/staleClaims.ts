import type { DataSource } from 'typeorm';

/** Deletes claims from before these instants, at most `most` of each kind. Answers how many. */
export async function purgeStaleClaims(
  db: DataSource,
  limits: { payloadsBefore: Date; contactsBefore: Date; most: number },
): Promise<number> {
  const [, payloads]: [unknown[], number] = await db.query(
    `DELETE FROM recent_payload WHERE (caller, fingerprint) IN
       (SELECT caller, fingerprint FROM recent_payload WHERE received_at <= $1 LIMIT $2) AND received_at <= $1`,
    [limits.payloadsBefore, limits.most],
  );
  const [, contacts]: [unknown[], number] = await db.query(
    `DELETE FROM contact_claim WHERE (hash, line, is_test) IN
       (SELECT hash, line, is_test FROM contact_claim WHERE claimed_at <= $1 LIMIT $2) AND claimed_at <= $1`,
    [limits.contactsBefore, limits.most],
  );
  return payloads + contacts;
}
