import type { EntityManager } from 'typeorm';
import { addUpSql } from './foldDeltas.js';
import type { Rollup } from './rollup.js';

/**
 * Counts a rollup anew from the rows, in the caller's transaction (READ COMMITTED). `rowsSql` selects columns named as the rollup's. Exact while others write: the lock waits for
 * whoever has appended and not committed, so that its rows are counted; who appends later waits, and its rows, not committed, are not counted.
 * Whoever changes rows waits as long as counting takes; reads go on. `from` (a day, YYYY-MM-DD) leaves earlier days as they are, for when their rows are not here any more; not of a rollup with blocks.
 */
export async function rebuildRollup(
  tx: Pick<EntityManager, 'query'>,
  rollup: Rollup,
  rowsSql: string,
  from = '-infinity',
): Promise<void> {
  const { name } = rollup;
  if (rollup.blocks && from !== '-infinity') throw new Error(`${name} has blocks, which may begin before ${from}`);
  await tx.query(`LOCK TABLE ${name}_delta IN EXCLUSIVE MODE`);
  await tx.query(`DELETE FROM ${name}_delta WHERE day >= $1::date`, [from]);
  await tx.query(`DELETE FROM ${name}_rollup WHERE day >= $1::date`, [from]);
  await tx.query(addUpSql(rollup, `(SELECT * FROM (${rowsSql}) AS counted WHERE day >= $1::date) AS rows`), [from]);
}
