import type { Write } from '../store/writeTogether.js';
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

/** Types the deltas of a rollup, for `deltaWrites`. */
export function deltasOf<D extends string, K extends string, M extends string>(
  rollup: Rollup<D, K, M>,
  deltas: readonly Delta<D, K, M>[],
): RollupDeltas {
  return { rollup, deltas };
}

/** Appends what a change adds to the sums, of any rollups: to be written in the transaction of the change. */
export function deltaWrites(...all: readonly RollupDeltas[]): Write[] {
  return all.filter(({ deltas }) => deltas.length > 0).map(deltaWrite);
}

function deltaWrite({ rollup, deltas }: RollupDeltas): Write {
  const parameters: unknown[] = [];
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
  const columns = [...placeColumns(rollup), ...measures].join(', ');
  return { sql: `INSERT INTO ${rollup.name}_delta (${columns}) VALUES ${rows.join(', ')}`, parameters };
}
