import type { KeyObject } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { createLeadKey, openLeadKey, rewrapLeadKey, type WrappedKey } from '../privacy/leadKey.js';
import type { MasterKeys } from '../privacy/masterKeys.js';

const HASH_KEY = 'contact-hash';

/**
 * The key of the contact hashes: made at the first start, kept wrapped by the master key. It must outlive a rotation of the master key, or
 * no duplicate and no suppression would be found any more; that is why it is not derived from it.
 */
export async function loadHashKey(db: DataSource, masters: MasterKeys): Promise<KeyObject> {
  const { stored } = createLeadKey(masters, HASH_KEY);
  await db.query('INSERT INTO service_key (name, key_id, wrapped) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    HASH_KEY,
    stored.keyId,
    stored.wrapped,
  ]);
  const [row]: { key_id: string; wrapped: Buffer }[] = await db.query(
    'SELECT key_id, wrapped FROM service_key WHERE name = $1',
    [HASH_KEY],
  );
  if (!row) throw new Error('the key of the contact hashes is gone');
  return openLeadKey(masters, HASH_KEY, { keyId: row.key_id, wrapped: row.wrapped });
}

/** Wraps the service's own keys with the current master key. */
export async function rewrapServiceKeys(tx: EntityManager, masters: MasterKeys): Promise<void> {
  const rows: { name: string; key_id: string; wrapped: Buffer }[] = await tx.query(
    'SELECT name, key_id, wrapped FROM service_key WHERE key_id <> $1 FOR UPDATE',
    [masters.current.id],
  );
  for (const { name, key_id, wrapped } of rows) {
    const stored = rewrapLeadKey(masters, name, { keyId: key_id, wrapped });
    await tx.query('UPDATE service_key SET key_id = $2, wrapped = $3 WHERE name = $1', [
      name,
      stored.keyId,
      stored.wrapped,
    ]);
  }
}

/** Goes through the next leads after an id, `most` of them: the last one, undefined where there are no more, and those whose data key is wrapped by one of these master keys, locked. */
export async function lockForeignKeys(
  tx: EntityManager,
  keyIds: readonly string[],
  { after, most }: { after: string; most: number },
): Promise<{ last: string | undefined; found: { id: string; stored: WrappedKey }[] }> {
  const passed: { id: string; key_id: string | null }[] = await tx.query(
    'SELECT id, key_id FROM lead WHERE id > $1 ORDER BY id LIMIT $2',
    [after, most],
  );
  const foreign = passed.filter(({ key_id }) => key_id !== null && keyIds.includes(key_id)).map(({ id }) => id);
  const rows: { id: string; key_id: string; wrapped_key: Buffer }[] =
    foreign.length === 0
      ? []
      : await tx.query(
          'SELECT id, key_id, wrapped_key FROM lead WHERE id = ANY($1) AND key_id = ANY($2) ORDER BY id FOR UPDATE',
          [foreign, keyIds],
        );
  const found = rows.map((row) => ({ id: row.id, stored: { keyId: row.key_id, wrapped: row.wrapped_key } }));
  return { last: passed.at(-1)?.id, found };
}

/** Keeps a lead's data key under another master key. The lead itself does not change, nor its version. */
export async function storeLeadKey(tx: EntityManager, leadId: string, { keyId, wrapped }: WrappedKey): Promise<void> {
  await tx.query('UPDATE lead SET key_id = $2, wrapped_key = $3 WHERE id = $1', [leadId, keyId, wrapped]);
}
