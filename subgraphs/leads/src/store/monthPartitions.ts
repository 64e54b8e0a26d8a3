import { uuidFloor } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';

/** A table that is partitioned by month on a UUIDv7 column. */
export interface MonthlyTable {
  name: 'lead' | 'lead_event';
  column: 'id' | 'lead_id';
}

export const monthlyTables: readonly MonthlyTable[] = [
  { name: 'lead', column: 'id' },
  { name: 'lead_event', column: 'lead_id' },
];

/** How many months before and after the current one have a partition of their own; the rest is in the default partition. */
export const MONTHS_BEHIND = 3;
export const MONTHS_AHEAD = 2;

/** The first instant (UTC) of the month `offset` months from the one of `now`. */
export function monthStart(now: Date, offset = 0): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
}

/** `lead_2026_11`. */
export function partitionName(table: MonthlyTable, month: Date): string {
  return `${table.name}_${month.toISOString().slice(0, 7).replace('-', '_')}`;
}

/**
 * Makes the partitions around `now` that are not there yet, in the caller's transaction, and answers their names. Rows of such a month that were
 * already taken in by the default partition are moved. A partition is filled first and attached afterwards: attaching locks the parent
 * table only against other changes of its shape, and reads and writes of the months in use go on.
 */
export async function ensureMonthPartitions(tx: Pick<EntityManager, 'query'>, now: Date): Promise<string[]> {
  const existing = new Set<string>(
    (
      (await tx.query(
        `SELECT child.relname AS name FROM pg_inherits
           JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
         WHERE parent.relname = ANY($1) AND parent.relnamespace = to_regnamespace(current_schema())`,
        [monthlyTables.map((table) => table.name)],
      )) as { name: string }[]
    ).map((row) => row.name),
  );
  const made: string[] = [];
  for (let offset = -MONTHS_BEHIND; offset <= MONTHS_AHEAD; offset += 1) {
    for (const table of monthlyTables) {
      const month = monthStart(now, offset);
      const name = partitionName(table, month);
      if (existing.has(name)) continue;
      await makePartition(tx, table, name, [uuidFloor(month), uuidFloor(monthStart(now, offset + 1))]);
      made.push(name);
    }
  }
  return made;
}

/** Identifiers and bounds are made here, never taken from input: they cannot be parameters of these statements. */
async function makePartition(
  tx: Pick<EntityManager, 'query'>,
  table: MonthlyTable,
  name: string,
  [from, to]: [string, string],
): Promise<void> {
  await tx.query(`CREATE TABLE ${name} (LIKE ${table.name} INCLUDING ALL)`);
  await tx.query(
    `WITH moved AS (DELETE FROM ${table.name}_default WHERE ${table.column} >= '${from}' AND ${table.column} < '${to}' RETURNING *)
     INSERT INTO ${name} SELECT * FROM moved`,
  );
  await tx.query(
    `ALTER TABLE ${name} ADD CONSTRAINT ${name}_month CHECK (${table.column} >= '${from}' AND ${table.column} < '${to}')`,
  );
  await tx.query(`ALTER TABLE ${table.name} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
  await tx.query(`ALTER TABLE ${name} DROP CONSTRAINT ${name}_month`);
}
