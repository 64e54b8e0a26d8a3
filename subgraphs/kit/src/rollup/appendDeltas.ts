import type { EntityManager } from 'typeorm';
import { placeColumns, type Rollup } from './rollup.js';

/** How much a change adds to the sums of one place. */
export type Delta<D extends string, K extends string, M extends string> = {
  /** The instant whose UTC day it counts for. */
  at: Date;
  isTest: boolean;
} & Record<D, string> &
  Record<K, string | number> & { add: Partial<Record<M, number>> };

/** Deltas together with their rollup. */
export interface RollupDeltas {
  readonly rollup: Rollup;
  readonly deltas: readonly {
    readonly at: Date;
    readonly isTest: boolean;
    readonly add: Readonly<Record<string, number | undefined>>;
    readonly [place: string]: unknown;
  }[];
}

/** Types the deltas of a rollup, for `appendDeltas`. */
export function deltasOf<D extends string, K extends string, M extends string>(
  rollup: Rollup<D, K, M>,
  deltas: readonly Delta<D, K, M>[],
): RollupDeltas {
  return { rollup, deltas };
}

/** Appends what a change adds to the sums, of any rollups, in the transaction of the change. One statement; none for no deltas. */
export async function appendDeltas(tx: Pick<EntityManager, 'query'>, ...all: readonly RollupDeltas[]): Promise<void> {
  const parameters: unknown[] = [];
  const inserts = all.filter(({ deltas }) => deltas.length > 0).map((part) => insertSql(part, parameters));
  const last = inserts.pop();
  if (last === undefined) return;
  const others = inserts.map((insert, index) => `appended_${index} AS (${insert})`);
  await tx.query(others.length > 0 ? `WITH ${others.join(', ')} ${last}` : last, parameters);
}

/** The statement that inserts deltas; their values are added to `parameters`. */
function insertSql({ rollup, deltas }: RollupDeltas, parameters: unknown[]): string {
  const measures = rollup.measures.filter((measure) => deltas.some(({ add }) => add[measure] !== undefined));
  const named = [...Object.keys(rollup.keys), ...rollup.dimensions];
  const rows = deltas.map((delta) => {
    const values = [
      delta.at.toISOString().slice(0, 10),
      delta.isTest,
      ...named.map((name) => delta[name]),
      ...measures.map((measure) => delta.add[measure] ?? 0),
    ];
    return `(${values.map((value) => `$${parameters.push(value)}`).join(', ')})`;
  });
  return `INSERT INTO ${rollup.name}_delta (${[...placeColumns(rollup), ...measures].join(', ')}) VALUES ${rows.join(', ')}`;
}
