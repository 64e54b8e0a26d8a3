/**
 * Sums of what happened, by UTC day and a few dimensions, that answer in the same time however many rows they were counted from.
 *
 *   a change of a row ─▶ one row in `<name>_delta`, in the same transaction ─▶ fold ─▶ `<name>_rollup`
 *                                                                  └────── read = rollup + what is not folded yet ──────┘
 *
 * Writers only append: they never wait for one another, as they would for a sum's row that each of them updates. A fold takes deltas away and adds them up in one
 * statement, so each counts exactly once however often and wherever folding is interrupted. A read adds up both in one snapshot and is never behind.
 *
 * Sums are kept for every combination of dimensions (a data cube, `cuboid` says which dimensions a row leaves out), so that a report reads only
 * rows of the size that it shows: over a quarter by state some thousand, whatever other dimensions there are.
 */
export interface Rollup<
  Dimension extends string = string,
  Key extends string = string,
  Measure extends string = string,
> {
  /** The tables are `<name>_rollup` and `<name>_delta`. */
  readonly name: string;
  /** Text columns that reports filter and group by; at most four: each doubles the rows. Unknown is the empty text. */
  readonly dimensions: readonly Dimension[];
  /** Columns that every sum keeps, such as the bucket of a histogram. */
  readonly keys: Readonly<Record<Key, 'text' | 'smallint'>>;
  /** What is added up. */
  readonly measures: readonly Measure[];
  /**
   * Lengths in days of blocks (of days since 1970) whose sums are kept beside those of the days, shortest first, each a multiple of the one before: a range is made of few blocks and the days at its ends,
   * so that what is ranked over long ranges does not read every day. Each makes a fold write as many rows more.
   */
  readonly blocks?: readonly number[];
  /** Dimensions that reports filter by: each list, with the day behind it, is an index of the sums. Without one, all sums of the days are looked at. */
  readonly indexes?: readonly (readonly Dimension[])[];
}

/** Types a definition. Names go into SQL as they are: constants of the code, never input. */
export function defineRollup<D extends string, K extends string, M extends string>(
  rollup: Rollup<D, K, M>,
): Rollup<D, K, M> {
  return rollup;
}

/** The statements that make a rollup's tables. A migration passes a literal of its own, so that it stays what it was. */
export function createRollupSql(rollup: Rollup): string {
  const { name, dimensions, measures } = rollup;
  const keys = Object.entries(rollup.keys).map(([key, type]) => `${key} ${type} NOT NULL,`);
  const place = `day date NOT NULL, is_test boolean NOT NULL, ${keys.join(' ')}
    ${dimensions.map((dimension) => `${dimension} text NOT NULL`).join(', ')}`;
  const sums = measures.map((measure) => `${measure} bigint NOT NULL DEFAULT 0`).join(', ');
  return `
    CREATE TABLE ${name}_rollup (
      cuboid smallint NOT NULL, ${place}, ${sums},
      PRIMARY KEY (cuboid, day, ${[...Object.keys(rollup.keys), ...dimensions].join(', ')}, is_test)
    ) WITH (fillfactor = 80);
    CREATE TABLE ${name}_delta (
      position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ${place}, ${sums}
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_insert_threshold = -1);
    COMMENT ON TABLE ${name}_delta IS 'what is not in ${name}_rollup yet; appended by whoever changes a row, folded by a sweeper';
    ${createRollupIndexesSql(rollup)}`;
}

/** The statements that make a rollup's indexes, for a table that is there already. */
export function createRollupIndexesSql({ name, indexes = [] }: Pick<Rollup, 'name' | 'indexes'>): string {
  return indexes
    .map((index) => `CREATE INDEX ${name}_rollup_${index[0]} ON ${name}_rollup (cuboid, ${index.join(', ')}, day);`)
    .join('\n');
}

/** The columns that say what a sum is of, without its cuboid. */
export function placeColumns(rollup: Rollup): string[] {
  return ['day', 'is_test', ...Object.keys(rollup.keys), ...rollup.dimensions];
}

/** The number of the combination that keeps exactly `kept`: SQL's GROUPING() of all dimensions. */
export function cuboidOf<D extends string>(rollup: Pick<Rollup<D>, 'dimensions'>, kept: ReadonlySet<string>): number {
  return rollup.dimensions.reduce((bits, dimension) => bits * 2 + (kept.has(dimension) ? 0 : 1), 0);
}

/** What blocks add to the number of a combination; above all of four dimensions. */
const LEVEL = 16;

/** The number under which the sums of a level of blocks stand: 0 for those of days. */
export function cuboidAt(cuboid: number, level: number): number {
  return cuboid + LEVEL * level;
}
