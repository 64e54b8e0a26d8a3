import type { EntityManager } from 'typeorm';
import { LeadEventRow } from './leadEventTable.js';

export interface TimelineSlice {
  first: number;
  /** Entries after this version; 0 for all. */
  afterVersion: number;
}

/** The same slice of several leads' timelines, in one statement: the partitions are pruned by each lead's id. */
export async function readTimelines(
  manager: EntityManager,
  leadIds: readonly string[],
  slice: TimelineSlice,
): Promise<LeadEventRow[]> {
  const rows: Record<string, unknown>[] = await manager.query(
    `SELECT entry.* FROM unnest($1::uuid[]) AS wanted(id)
     CROSS JOIN LATERAL (
       SELECT * FROM lead_event WHERE lead_id = wanted.id AND version > $2 ORDER BY version LIMIT $3
     ) AS entry`,
    [leadIds, slice.afterVersion, slice.first],
  );
  return rows.map((row) => toEntry(manager, row));
}

/** Entries by lead and version, of any months, in one statement. */
export async function findTimelineEntries(
  manager: EntityManager,
  wanted: readonly Pick<LeadEventRow, 'leadId' | 'version'>[],
): Promise<LeadEventRow[]> {
  const rows: Record<string, unknown>[] = await manager.query(
    `SELECT entry.* FROM unnest($1::uuid[], $2::int[]) AS wanted(id, version)
     JOIN lead_event AS entry ON entry.lead_id = wanted.id AND entry.version = wanted.version`,
    [wanted.map(({ leadId }) => leadId), wanted.map(({ version }) => version)],
  );
  return rows.map((row) => toEntry(manager, row));
}

function toEntry(manager: EntityManager, row: Record<string, unknown>): LeadEventRow {
  const { columns } = manager.connection.getMetadata(LeadEventRow);
  return Object.fromEntries(
    columns.map((column) => [column.propertyName, row[column.databaseName]]),
  ) as unknown as LeadEventRow;
}
