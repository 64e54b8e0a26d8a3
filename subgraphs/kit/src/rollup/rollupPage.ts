import type { EntityManager } from 'typeorm';
import { type Page, type TotalCount, TotalRelation } from '../graphql/connection.js';
import { decodeCursor, encodeCursor } from '../store/cursor.js';
import { COUNTED_UP_TO, checkPageSize } from '../store/keysetPage.js';
import { type RollupQuery, type RollupRow, sumsSql } from './readRollup.js';
import type { Rollup } from './rollup.js';

export interface RollupPageOptions<D extends string, K extends string, M extends string, G extends D> {
  /** Names the list and its sort; a cursor of another one is refused. */
  readonly list: string;
  readonly rollup: Rollup<D, K, M>;
  readonly query: Omit<RollupQuery<D, K>, 'groupBy' | 'orderBy' | 'limit'>;
  /** The dimension that the rows are of. */
  readonly by: G;
  /** SQL of the rollup's own measures that is never null; the highest come first. A constant of the code, never input. */
  readonly score: string;
  readonly page: { first: number; after?: string | null | undefined };
}

const isScore = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isText = (value: unknown) => typeof value === 'string';

/**
 * A page of sums, one row for each value of a dimension, the highest score first. Sums move while somebody pages: who overtakes meanwhile may be seen twice or not at
 * all. Throws PAGE_TOO_LARGE, BAD_USER_INPUT and INVALID_CURSOR.
 */
export async function rollupPage<D extends string, K extends string, M extends string, G extends D>(
  db: Pick<EntityManager, 'query'>,
  { list, rollup, query, by, score, page }: RollupPageOptions<D, K, M, G>,
): Promise<Page<RollupRow<D, K, M> & Record<G, string>>> {
  checkPageSize(page.first);
  const { sql, parameters } = sumsSql(rollup, { ...query, groupBy: [by] });
  const ranked = `SELECT *, (${score})::float8 AS score FROM (${sql}) AS sums`;
  const values = [...parameters];
  let after = '';
  if (page.after != null) {
    const [last, name] = decodeCursor(list, page.after, [isScore, isText]);
    after = `WHERE (score, ${by}) < ($${values.push(last)}::float8, $${values.push(name)})`;
  }
  const rows: (Record<string, string | number> & { score: number })[] = await db.query(
    `SELECT * FROM (${ranked}) AS ranked ${after} ORDER BY score DESC, ${by} DESC LIMIT ${page.first + 1}`,
    values,
  );
  const edges = rows.slice(0, page.first).map((row) => {
    for (const measure of rollup.measures) row[measure] = Number(row[measure]);
    return {
      node: row as unknown as RollupRow<D, K, M> & Record<G, string>,
      cursor: encodeCursor(list, [row.score, String(row[by])]),
    };
  });
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    countTotal: () => countSums(db, sql, parameters),
  };
}

async function countSums(
  db: Pick<EntityManager, 'query'>,
  sql: string,
  parameters: readonly unknown[],
): Promise<TotalCount> {
  const [row]: { count: number }[] = await db.query(
    `SELECT count(*)::int AS count FROM (${sql} LIMIT ${COUNTED_UP_TO + 1}) AS bounded`,
    [...parameters],
  );
  const count = row?.count ?? 0;
  return count > COUNTED_UP_TO
    ? { value: COUNTED_UP_TO, relation: TotalRelation.GTE }
    : { value: count, relation: TotalRelation.EQ };
}
