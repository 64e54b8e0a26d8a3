import type { EntityManager } from 'typeorm';
import { addUpSql } from './foldDeltas.js';
import { cuboidAt, placeColumns, type Rollup } from './rollup.js';

/**
 * Counts a rollup anew from the rows, in the caller's transaction (READ COMMITTED). `rowsSql` selects columns named as the rollup's. Exact while others write: the lock waits for
 * whoever has appended and not committed, so that its rows are counted; who appends later waits, and its rows, not committed, are not counted.
 * Whoever changes rows waits as long as counting takes, or until its `lock_timeout` refuses it; while several wait, reads may find no connection. `from` (a day, YYYY-MM-DD) leaves earlier days as they are, for when their rows are not here any more; blocks are made of the sums of their days.
 */
export async function rebuildRollup(
  tx: Pick<EntityManager, 'query'>,
  rollup: Rollup,
  rowsSql: string,
  from = '-infinity',
): Promise<void> {
  const { name } = rollup;
  await tx.query(`LOCK TABLE ${name}_delta IN EXCLUSIVE MODE`);
  await tx.query(`DELETE FROM ${name}_delta WHERE day >= $1::date`, [from]);
  await tx.query(`DELETE FROM ${name}_rollup WHERE day >= $1::date AND cuboid < $2`, [from, cuboidAt(0, 1)]);
  const { blocks = [], ...ofDays } = rollup;
  await tx.query(addUpSql(ofDays, `(SELECT * FROM (${rowsSql}) AS counted WHERE day >= $1::date) AS rows`), [from]);
  for (const [index, length] of blocks.entries()) await rebuildBlocks(tx, rollup, index + 1, length, from);
}

/** Those that end on a day or later. */
async function rebuildBlocks(
  tx: Pick<EntityManager, 'query'>,
  rollup: Rollup,
  level: number,
  length: number,
  from: string,
): Promise<void> {
  const { name, measures } = rollup;
  const place = placeColumns(rollup);
  const [, ...others] = place;
  const block = `date '1970-01-01' + (day - date '1970-01-01') / ${length} * ${length}`;
  const added = cuboidAt(0, level);
  await tx.query(
    `DELETE FROM ${name}_rollup WHERE cuboid >= ${added} AND cuboid < ${cuboidAt(0, level + 1)} AND day > $1::date - ${length}`,
    [from],
  );
  await tx.query(
    `INSERT INTO ${name}_rollup (cuboid, ${place.join(', ')}, ${measures.join(', ')})
     SELECT cuboid + ${added}, ${block} AS block, ${others.join(', ')}, ${measures.map((each) => `sum(${each})`).join(', ')}
     FROM ${name}_rollup WHERE cuboid < ${cuboidAt(0, 1)} AND ${block} > $1::date - ${length}
     GROUP BY cuboid, block, ${others.join(', ')}`,
    [from],
  );
}
