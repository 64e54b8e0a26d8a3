import type { EntityManager } from 'typeorm';
import { placeColumns, type Rollup } from './rollup.js';

/** How much a change adds to the sums of one place. */
export type Delta<D extends string, K extends string, M extends string> = {
  /** The instant whose UTC day it counts for. */
  at: Date;
  isTest: boolean;
} & Record<D, string> &
  Record<K, string | number> & { add: Partial<Record<M, number>> };

/** Appends what a change adds to the sums, in the transaction of the change. One statement; none for no deltas. */
export async function appendDeltas<D extends string, K extends string, M extends string>(
  tx: Pick<EntityManager, 'query'>,
  rollup: Rollup<D, K, M>,
  deltas: readonly Delta<D, K, M>[],
): Promise<void> {
  if (deltas.length === 0) return;
  const measures = rollup.measures.filter((measure) => deltas.some(({ add }) => add[measure] !== undefined));
  const named = [...Object.keys(rollup.keys), ...rollup.dimensions] as (K | D)[];
  const parameters: unknown[] = [];
  const rows = deltas.map((delta) => {
    const values = [
      delta.at.toISOString().slice(0, 10),
      delta.isTest,
      ...named.map((name) => delta[name]),
      ...measures.map((measure) => delta.add[measure] ?? 0),
    ];
    return `(${values.map((value) => `$${parameters.push(value)}`).join(', ')})`;
  });
  await tx.query(
    `INSERT INTO ${rollup.name}_delta (${[...placeColumns(rollup), ...measures].join(', ')}) VALUES ${rows.join(', ')}`,
    parameters,
  );
}
