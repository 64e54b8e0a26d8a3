import type { EntityManager } from 'typeorm';

/** The first day (UTC) all of whose leads are still in the store; `-infinity` when no month was ever detached. */
export async function readRowsSince(tx: Pick<EntityManager, 'query'>): Promise<string> {
  const [row]: { since: string }[] = await tx.query(
    `SELECT COALESCE(to_char(max(month) + interval '1 month', 'YYYY-MM-DD'), '-infinity') AS since FROM detached_month`,
  );
  return row?.since ?? '-infinity';
}
