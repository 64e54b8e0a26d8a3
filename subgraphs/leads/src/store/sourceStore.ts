import { keysetPage, type Page } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { SourceRow } from './sourceTable.js';

/** Reads a source; null when there is none. */
export function readSource(tx: EntityManager, id: string): Promise<SourceRow | null> {
  return tx.createQueryBuilder(SourceRow, 'source').where('source.id = :id', { id }).getOne();
}

/** Reads a page of sources, the newest first: all, a partner's, those of a name. */
export function listSources(
  db: DataSource,
  filter: { partner?: string | undefined; name?: string | undefined },
  page: { first: number; after?: string | null },
): Promise<Page<SourceRow>> {
  const query = db.createQueryBuilder(SourceRow, 'source').where('true');
  if (filter.partner !== undefined) query.andWhere('source.partner = :partner', { partner: filter.partner });
  if (filter.name !== undefined) query.andWhere('source.name = :name', { name: filter.name });
  return keysetPage({
    list: 'sources',
    query,
    sort: [{ expression: 'source.id', type: 'uuid', value: ({ id }) => id }],
    direction: 'DESC',
    page,
  });
}

/**
 * Counts one more lead of a capped source on a day (UTC). False when the day's cap is reached; nothing is counted then. Leads of the source wait
 * here for one another, so it is the last thing a transaction does.
 */
export async function takeFromDailyCap(
  tx: EntityManager,
  place: { sourceId: string; day: string; cap: number },
): Promise<boolean> {
  if (place.cap < 1) return false;
  const taken: unknown[] = await tx.query(
    `INSERT INTO source_day AS today (source_id, day, taken) VALUES ($1, $2, 1)
     ON CONFLICT (source_id, day) DO UPDATE SET taken = today.taken + 1 WHERE today.taken < $3
     RETURNING taken`,
    [place.sourceId, place.day, place.cap],
  );
  return taken.length > 0;
}

const COUNTER_SLOTS = 8;

/** Counts a decision on a lead of this source, for its quality. */
export async function countDecision(tx: EntityManager, sourceId: string, qualified: boolean): Promise<void> {
  await tx.query(
    `INSERT INTO source_counter AS counter (source_id, slot, decided, qualified) VALUES ($1, $2, 1, $3)
     ON CONFLICT (source_id, slot) DO UPDATE
       SET decided = counter.decided + 1, qualified = counter.qualified + excluded.qualified`,
    [sourceId, Math.floor(Math.random() * COUNTER_SLOTS), qualified ? 1 : 0],
  );
}
