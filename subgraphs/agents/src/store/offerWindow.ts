import type { EntityManager } from 'typeorm';

const NAME = 'offerWindow';

export interface WindowOverride {
  readonly seconds: number;
  readonly until: Date;
}

/** The window that an operator set for a while, or null. */
export async function readWindowOverride(tx: EntityManager, now: Date): Promise<WindowOverride | null> {
  const [row]: { value: { seconds: number }; expires_at: Date }[] = await tx.query(
    'SELECT value, expires_at FROM setting WHERE name = $1 AND expires_at > $2',
    [NAME, now],
  );
  return row ? { seconds: row.value.seconds, until: row.expires_at } : null;
}

/** Sets another window until a time, or ends that with null. */
export async function writeWindowOverride(tx: EntityManager, override: WindowOverride | null): Promise<void> {
  if (!override) {
    await tx.query('DELETE FROM setting WHERE name = $1', [NAME]);
    return;
  }
  await tx.query(
    `INSERT INTO setting (name, value, expires_at) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at`,
    [NAME, { seconds: override.seconds }, override.until],
  );
}
