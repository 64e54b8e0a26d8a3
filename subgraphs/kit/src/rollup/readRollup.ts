import type { EntityManager } from 'typeorm';
import { DomainError } from '../errors.js';
import { rangeBlocks } from './rangeBlocks.js';
import { cuboidAt, cuboidOf, type Rollup } from './rollup.js';

/** The most rows that a report answers. */
export const REPORT_ROWS = 2_000;

export interface RollupQuery<D extends string, K extends string> {
  /** The first and the last day (UTC), YYYY-MM-DD. */
  from: string;
  to: string;
  includeTest: boolean;
  /** Any of these values; a dimension left out or empty restricts nothing. */
  where?: Partial<Record<D | K, readonly (string | number)[] | null | undefined>>;
  groupBy: readonly ('day' | D | K)[];
  /** Measures or columns to sort by, as SQL made of the rollup's own names. */
  orderBy?: string;
  /** How many rows may be read, where several are one of the report. Default: 2,000. */
  most?: number;
}

export type RollupRow<D extends string, K extends string, M extends string> = Partial<Record<'day' | D, string>> &
  Partial<Record<K, string | number>> &
  Record<M, number>;

/**
 * The sums of a range of days, grouped. Reads the smallest combination of dimensions that can answer, and what is not folded yet. One row without
 * grouping, also when there is nothing. Throws REPORT_TOO_LARGE.
 */
export async function readRollup<D extends string, K extends string, M extends string>(
  db: Pick<EntityManager, 'query'>,
  rollup: Rollup<D, K, M>,
  query: RollupQuery<D, K>,
): Promise<RollupRow<D, K, M>[]> {
  const { sql, parameters } = rollupSql(rollup, query);
  const rows: Record<string, string | number>[] = await db.query(sql, parameters);
  if (rows.length > (query.most ?? REPORT_ROWS)) throw reportTooLarge();
  for (const row of rows) for (const measure of rollup.measures) row[measure] = Number(row[measure]);
  return rows as RollupRow<D, K, M>[];
}

/** For a report of more rows than it may have. */
export function reportTooLarge(): DomainError {
  return new DomainError(
    'REPORT_TOO_LARGE',
    `This report has more than ${REPORT_ROWS} rows. Ask for fewer days, group by less, or filter.`,
    { field: 'groupBy' },
  );
}

/** The statement of a report; for those who look at its plan. */
export function rollupSql<D extends string, K extends string, M extends string>(
  rollup: Rollup<D, K, M>,
  query: RollupQuery<D, K>,
): { sql: string; parameters: unknown[] } {
  const { groupBy, orderBy, most = REPORT_ROWS } = query;
  const { sql, parameters } = sumsSql(rollup, query);
  const order = orderBy ?? groupBy.map((name) => `sums.${name}`).join(', ');
  return { sql: `${sql} ${order ? `ORDER BY ${order}` : ''} LIMIT ${most + 1}`, parameters };
}

/** The sums of a range of days, grouped, without order or limit. */
export function sumsSql<D extends string, K extends string, M extends string>(
  rollup: Rollup<D, K, M>,
  { from, to, includeTest, where = {}, groupBy }: Omit<RollupQuery<D, K>, 'orderBy' | 'most'>,
): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [from, to];
  const conditions: string[] = [];
  if (!includeTest) conditions.push('NOT is_test');
  const needed = new Set<string>(groupBy);
  const filtered = new Set<string>();
  for (const [name, values] of Object.entries(where) as [D | K, readonly unknown[] | null | undefined][]) {
    if (!values || values.length === 0) continue;
    needed.add(name);
    filtered.add(name);
    conditions.push(`${name} = ANY ($${parameters.push(values)})`);
  }
  const condition = conditions.map((one) => ` AND ${one}`).join('');
  const inRange = 'day BETWEEN $1::date AND $2::date';
  const columns = [...groupBy, ...rollup.measures].join(', ');
  const shown = groupBy.map((name) => (name === 'day' ? `to_char(day, 'YYYY-MM-DD') AS day` : name));
  const sums = rollup.measures.map((measure) => `COALESCE(sum(${measure}), 0) AS ${measure}`);
  // An index of several dimensions serves also where one of them is left out, if that is said. Not without need: it spoils the estimates.
  const leftOut = (rollup.indexes ?? [])
    .filter(([first]) => first !== undefined && filtered.has(first))
    .flatMap((dimensions) => dimensions.filter((name) => !needed.has(name)));
  const implied = [...new Set(leftOut)].map((name) => ` AND ${name} = '*'`);
  const cuboid = cuboidOf(rollup, needed);
  const folded =
    rollup.blocks && !needed.has('day')
      ? rangeBlocks(from, to, rollup.blocks).map(
          ({ level, days }) => `cuboid = ${cuboidAt(cuboid, level)} AND day = ANY ($${parameters.push(days)}::date[])`,
        )
      : [`cuboid = ${cuboid}${implied.join('')} AND ${inRange}`];
  const sql = `SELECT ${[...shown, ...sums].join(', ')} FROM (
      ${folded.map((part) => `SELECT ${columns} FROM ${rollup.name}_rollup WHERE ${part}${condition}`).join(' UNION ALL ')}
      UNION ALL SELECT ${columns} FROM ${rollup.name}_delta WHERE ${inRange}${condition}
    ) AS sums
    ${groupBy.length > 0 ? `GROUP BY ${groupBy.map((name) => `sums.${name}`).join(', ')}` : ''}`;
  return { sql, parameters };
}
