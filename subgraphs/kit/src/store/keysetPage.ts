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

/** An index, of this table or another one, in which the rows stand in the order of the sort. */
export interface FoundThrough {
  /** Filtered, and with nothing selected. A row may be found several times. */
  query: SelectQueryBuilder<ObjectLiteral>;
  /** Its expressions for the keys of the sort; the last one is the row's key. */
  sort: readonly string[];
  /**
   * Combinations of values of which a row must have one. Each is looked up by itself: an index has the rows of one combination in the order of the sort, those of several only after sorting.
   */
  each?:
    | {
        /** A SELECT that gives the combinations, each once. */
        asked: string;
        /** What a row has in common with one of them, `asked`. */
        on: string;
        parameters: ObjectLiteral;
      }
    | undefined;
}

export interface KeysetPageOptions<T extends ObjectLiteral> {
  /** Names the list and its sort; a cursor of another one is refused. */
  list: string;
  /** The filtered query without order and limit. */
  query: SelectQueryBuilder<T>;
  /**
   * Where the page is found, if not by going through `query`: only its rows are read there then, and `query` needs no filter but what tells where to look for them.
   */
  through?: FoundThrough | undefined;
  sort: readonly SortKey<T>[];
  direction: 'ASC' | 'DESC';
  page: { first: number; after?: string | null };
}

const checks: Record<SortKey<never>['type'], (value: unknown) => boolean> = {
  uuid: (value) => typeof value === 'string' && isUuid(value),
  // What PostgreSQL takes for it.
  integer: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  timestamptz: (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  text: (value) => typeof value === 'string' && !value.includes('\0'),
};

/**
 * Reads one page by keyset: rows after the cursor's values in the sort order, so that a page costs the same wherever it lies and rows
 * inserted meanwhile shift nothing. One statement, and one more if the total is asked for.
 * Throws PAGE_TOO_LARGE (over 100), BAD_USER_INPUT (below 1) and INVALID_CURSOR.
 */
export async function keysetPage<T extends ObjectLiteral>(options: KeysetPageOptions<T>): Promise<Page<T>> {
  const { list, query, through, sort, direction, page } = options;
  checkPageSize(page.first);
  const wanted = through
    ? foundThrough(through, options)
    : afterCursor(
        query.clone(),
        sort.map((key) => key.expression),
        options,
      );
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
      return through ? countThrough(through) : countBounded(query);
    },
  };
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

/** The rows of the page, of which only the keys are looked for, each once. */
function foundThrough<T extends ObjectLiteral>(
  { query, sort, each }: FoundThrough,
  options: KeysetPageOptions<T>,
): SelectQueryBuilder<T> {
  const { direction, page } = options;
  const found = afterCursor(query.clone(), sort, options);
  const names = sort.map((_, index) => `key_${index}`);
  sort.forEach((expression, index) => {
    found.addSelect(expression, `key_${index}`).addOrderBy(`key_${index}`, direction);
  });
  found.limit(page.first + 1);
  if (each) found.andWhere(each.on).setParameters(each.parameters);
  else found.distinct(true);
  const order = names.map((name) => `${name} ${direction}`).join(', ');
  const keys = each
    ? `SELECT one.* FROM (${each.asked}) AS asked CROSS JOIN LATERAL (${found.getQuery()}) AS one ORDER BY ${order} LIMIT ${page.first + 1}`
    : found.getQuery();
  return options.query
    .clone()
    .andWhere(`${options.sort.at(-1)?.expression} IN (SELECT ${names.at(-1)} FROM (${keys}) AS found)`)
    .setParameters(found.getParameters());
}

function countThrough({ query, sort, each }: FoundThrough): Promise<TotalCount> {
  if (!each) return countBounded(query, sort.at(-1));
  return countBounded(query.clone().innerJoin(`(${each.asked})`, 'asked', each.on).setParameters(each.parameters));
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
