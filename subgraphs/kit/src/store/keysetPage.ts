import type { ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { DomainError } from '../errors.js';
import { LARGEST_PAGE, type Page, type TotalCount, TotalRelation } from '../graphql/connection.js';
import { isUuid } from '../uuid.js';
import { type CursorValue, decodeCursor, encodeCursor } from './cursor.js';

/** Totals are exact up to here (design: Stores). */
export const COUNTED_UP_TO = 10_000;

/** One column of the sort. The last one must be unique. Timestamps: store them as timestamptz(3), JavaScript has no finer ones. */
export interface SortKey<T> {
  /** SQL that is never null, e.g. `lead.id` or `COALESCE(lead.score, -1)`. A constant of the code, never input. */
  expression: string;
  type: 'uuid' | 'integer' | 'timestamptz' | 'text';
  value: (row: T) => CursorValue;
}

export interface KeysetPageOptions<T extends ObjectLiteral> {
  /** Names the list and its sort; a cursor of another one is refused. */
  list: string;
  /** The filtered query without order and limit. */
  query: SelectQueryBuilder<T>;
  /**
   * Values of a text column of which the row must have one. Each is looked up by itself: an index of the column and the sort has the rows of a value in their order, those of several only after sorting.
   * The expression is a constant of the code, never input.
   */
  oneOf?: { expression: string; values: readonly string[] } | undefined;
  /**
   * Another table in whose index the rows stand in this order: the page is found there, and only its rows are read. `query` is filtered, of that table, and has nothing selected; `sort` are its expressions
   * for the keys of the sort, of which the last is the row's. A row may be found several times. Then `query` above needs no filter, and `oneOf` none beside it.
   */
  through?: { query: SelectQueryBuilder<ObjectLiteral>; sort: readonly string[] } | undefined;
  sort: readonly SortKey<T>[];
  direction: 'ASC' | 'DESC';
  page: { first: number; after?: string | null };
}

const checks: Record<SortKey<never>['type'], (value: unknown) => boolean> = {
  uuid: (value) => typeof value === 'string' && isUuid(value),
  integer: (value) => Number.isSafeInteger(value),
  timestamptz: (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  text: (value) => typeof value === 'string',
};

/**
 * Reads one page by keyset: rows after the cursor's values in the sort order, so that a page costs the same wherever it lies and rows
 * inserted meanwhile shift nothing. One statement, and one more if the total is asked for.
 * Throws PAGE_TOO_LARGE (over 100), BAD_USER_INPUT (below 1) and INVALID_CURSOR.
 */
export async function keysetPage<T extends ObjectLiteral>(options: KeysetPageOptions<T>): Promise<Page<T>> {
  const { list, query, oneOf, through, sort, direction, page } = options;
  checkPageSize(page.first);
  const wanted = through ? foundThrough(through, options) : ofPage(options);
  const rows = await ordered(wanted, sort, direction)
    .limit(page.first + 1)
    .getMany();
  const shown = rows.slice(0, page.first);
  const edges = shown.map((node) => ({
    node,
    cursor: encodeCursor(
      list,
      sort.map((key) => key.value(node)),
    ),
  }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.first,
      hasPreviousPage: page.after != null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    countTotal() {
      if (through) return countBounded(through.query, through.sort.at(-1));
      return countBounded(
        oneOf ? query.clone().andWhere(`${oneOf.expression} = ANY(:oneOf)`, { oneOf: oneOf.values }) : query,
      );
    },
  };
}

function ofPage<T extends ObjectLiteral>(options: KeysetPageOptions<T>): SelectQueryBuilder<T> {
  const { query, oneOf, sort } = options;
  const pageQuery = afterCursor(
    query.clone(),
    sort.map((key) => key.expression),
    options,
  );
  return oneOf ? eachOf(pageQuery, oneOf, options) : pageQuery;
}

/** Leaves out what comes up to the cursor; `expressions` are those of the sort in this query. */
function afterCursor<Q extends ObjectLiteral, T extends ObjectLiteral>(
  query: SelectQueryBuilder<Q>,
  expressions: readonly string[],
  { list, sort, direction, page }: KeysetPageOptions<T>,
): SelectQueryBuilder<Q> {
  if (page.after == null) return query;
  const values = decodeCursor(
    list,
    page.after,
    sort.map((key) => checks[key.type]),
  );
  const names = values.map((_, index) => `:cursor${index}::${sort[index]?.type}`);
  // "Not the last one shown" beside an operator that takes it in: of "less than the least value" the planner expects nothing, though most rows may have that value.
  const operator = direction === 'ASC' ? '>=' : '<=';
  return query.andWhere(
    `(${expressions.join(', ')}) ${operator} (${names.join(', ')}) AND ${expressions.at(-1)} <> ${names.at(-1)}`,
    Object.fromEntries(values.map((value, index) => [`cursor${index}`, value])),
  );
}

/** The rows of the page as the other table has them, each once. */
function foundThrough<T extends ObjectLiteral>(
  through: NonNullable<KeysetPageOptions<T>['through']>,
  options: KeysetPageOptions<T>,
): SelectQueryBuilder<T> {
  const { query, sort, direction, page } = options;
  const found = afterCursor(through.query.clone(), through.sort, options).distinct(true);
  through.sort.forEach((expression, index) => {
    found.addSelect(expression, `key_${index}`).addOrderBy(`key_${index}`, direction);
  });
  const keys = found.limit(page.first + 1);
  return query
    .clone()
    .andWhere(`${sort.at(-1)?.expression} IN (SELECT key_${sort.length - 1} FROM (${keys.getQuery()}) AS found)`)
    .setParameters(keys.getParameters());
}

function ordered<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  sort: readonly SortKey<T>[],
  direction: 'ASC' | 'DESC',
): SelectQueryBuilder<T> {
  sort.forEach((key, index) => {
    // TypeORM takes order expressions that are no columns only as selected aliases
    const plainColumn = /^\w+\.\w+$/.test(key.expression);
    const name = plainColumn ? key.expression : `sort_${index}`;
    if (!plainColumn) query.addSelect(key.expression, name);
    query.addOrderBy(name, direction);
  });
  return query;
}

/** The rows that may be on the page: as many of each value as the page has. The last key of the sort finds them again. */
function eachOf<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  { expression, values }: { expression: string; values: readonly string[] },
  { sort, direction, page }: KeysetPageOptions<T>,
): SelectQueryBuilder<T> {
  const key = sort.at(-1)?.expression ?? '';
  const ofOne = ordered(query.clone().select(key, 'key').andWhere(`${expression} = asked.value`), sort, direction)
    .limit(page.first + 1)
    .getQuery();
  return query
    .clone()
    .andWhere(
      `${key} IN (SELECT one.key FROM unnest(:oneOf::text[]) AS asked (value) CROSS JOIN LATERAL (${ofOne}) AS one)`,
      { oneOf: [...new Set(values)] },
    );
}

/** Counts a query's rows up to 10,000; with an expression those that differ in it. */
export async function countBounded<T extends ObjectLiteral>(
  query: SelectQueryBuilder<T>,
  distinct?: string,
): Promise<TotalCount> {
  const [sql, parameters] = query
    .clone()
    .select(distinct ?? '1', 'one')
    .distinct(distinct !== undefined)
    .limit(COUNTED_UP_TO + 1)
    .getQueryAndParameters();
  const [row]: { count: number }[] = await query.connection.query(
    `SELECT count(*)::int AS count FROM (${sql}) AS bounded`,
    parameters,
  );
  const count = row?.count ?? 0;
  return count > COUNTED_UP_TO
    ? { value: COUNTED_UP_TO, relation: TotalRelation.GTE }
    : { value: count, relation: TotalRelation.EQ };
}

/** Passes for a page of 1 to 100 entries; PAGE_TOO_LARGE or BAD_USER_INPUT otherwise. */
export function checkPageSize(first: number): void {
  if (first > LARGEST_PAGE) {
    throw new DomainError(
      'PAGE_TOO_LARGE',
      `A page has at most ${LARGEST_PAGE} entries; ask for fewer and follow endCursor.`,
      {
        field: 'first',
      },
    );
  }
  if (first < 1)
    throw new DomainError('BAD_USER_INPUT', 'A page has at least one entry; ask for 1 to 100.', { field: 'first' });
}
