import type { DataSource, EntityManager } from 'typeorm';
import { defineSweeper, type Sweeper } from '../background/loop.js';
import { inTransaction } from '../store/transaction.js';
import { cuboidAt, placeColumns, type Rollup } from './rollup.js';

const BATCH = 5_000;
const FOLD_EVERY_MS = 1_000;

/** SQL that adds up the rows of `from` for every combination of dimensions into the rollup's table. */
export function addUpSql({ name, dimensions, keys, measures, ...rest }: Rollup, from: string): string {
  const levels = [1, ...(rest.blocks ?? [])].map((length, level) => `(${cuboidAt(0, level)}, ${length})`);
  const kept = ['block', 'is_test', ...Object.keys(keys)];
  const place = placeColumns({ name, dimensions, keys, measures, ...rest });
  // Ordered, so that two folds at a time take the sums' rows in the same order and cannot wait for each other in a ring.
  return `INSERT INTO ${name}_rollup AS sums (cuboid, ${place.join(', ')}, ${measures.join(', ')})
    SELECT (level + GROUPING(${dimensions.join(', ')}))::smallint, ${kept.join(', ')},
      ${dimensions.map((dimension) => `COALESCE(${dimension}, '*')`).join(', ')},
      ${measures.map((measure) => `sum(${measure})`).join(', ')}
    FROM ${from} CROSS JOIN (VALUES ${levels.join(', ')}) AS levels (level, length)
      CROSS JOIN LATERAL (SELECT date '1970-01-01' + (day - date '1970-01-01') / length * length AS block) AS blocks
    GROUP BY level, ${kept.join(', ')}, CUBE (${dimensions.join(', ')})
    ORDER BY ${Array.from({ length: place.length + 1 }, (_, index) => index + 1).join(', ')}
    ON CONFLICT (cuboid, day, ${[...Object.keys(keys), ...dimensions].join(', ')}, is_test) DO UPDATE SET
      ${measures.map((measure) => `${measure} = sums.${measure} + excluded.${measure}`).join(', ')}`;
}

/**
 * Takes up to `most` deltas away and adds them to the sums, in one statement: both or nothing. Several may fold at once; each takes other deltas.
 * Answers how many it took.
 */
export async function foldDeltas(tx: Pick<EntityManager, 'query'>, rollup: Rollup, most = BATCH): Promise<number> {
  const [row]: { taken: number }[] = await tx.query(
    `WITH taken AS (
       DELETE FROM ${rollup.name}_delta WHERE position = ANY (ARRAY(
         SELECT position FROM ${rollup.name}_delta ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED))
       RETURNING *
     ), folded AS (${addUpSql(rollup, 'taken')})
     SELECT count(*)::int AS taken FROM taken`,
    [most],
  );
  return row?.taken ?? 0;
}

/** Folds every second what was appended meanwhile. Reads do not depend on it being on time, only their cost does. */
export function foldSweeper(db: DataSource, rollups: readonly Rollup[]): Sweeper {
  return defineSweeper({
    name: 'fold-reports',
    everyMs: FOLD_EVERY_MS,
    async run(signal) {
      let finished = 0;
      let more = false;
      for (const rollup of rollups) {
        if (signal.aborted) break;
        const taken = await inTransaction(db, (tx) => foldDeltas(tx, rollup));
        finished += taken;
        more ||= taken === BATCH;
      }
      return { finished, more };
    },
  });
}
