import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Identity, uuidv7 } from '../src/index.js';
import { encodeCursor } from '../src/store/cursor.js';
import type { TestSubgraph } from '../src/testing/index.js';
import { startThings, Thing } from './thingsSubgraph.js';

const ops: Identity = { kind: 'OPERATOR', sub: 'ops', scopes: [] };
const PAGE = `query($first: Int!, $after: String) {
  things(first: $first, after: $after) { edges { cursor node { id size } } pageInfo { hasNextPage endCursor } totalCount { value relation } }
}`;
let subgraph: TestSubgraph;

beforeAll(async () => {
  subgraph = await startThings();
});
afterAll(() => subgraph.stop());

async function readAll(first: number): Promise<{ id: string; size: number }[]> {
  const found: { id: string; size: number }[] = [];
  let after: string | null = null;
  do {
    const { data } = await subgraph.query(PAGE, { first, after }, ops);
    expect(data.things.edges.length).toBeLessThanOrEqual(first);
    found.push(...data.things.edges.map((edge: { node: { id: string; size: number } }) => edge.node));
    after = data.things.pageInfo.hasNextPage ? data.things.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

describe('keyset pages', () => {
  it('visit every row once, in order, whatever the page size and however many rows are equal', async () => {
    const rows = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 12 }), async (sizes, first) => {
        const { db } = subgraph.database;
        await db.query('TRUNCATE thing');
        const things = sizes.map((size) => ({ id: uuidv7(), size }));
        if (things.length > 0) await db.getRepository(Thing).insert(things);
        const expected = things.toSorted((a, b) => b.size - a.size || (a.id < b.id ? 1 : -1));
        expect(await readAll(first)).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it('count up to 10,000 and say when there are more', async () => {
    const { db } = subgraph.database;
    const total = async () => (await subgraph.query(PAGE, { first: 1 }, ops)).data.things.totalCount;
    const fill = (count: number) =>
      db.query('INSERT INTO thing SELECT gen_random_uuid(), 1 FROM generate_series(1, $1::int)', [count]);
    await db.query('TRUNCATE thing');
    await fill(10_000);
    expect(await total()).toEqual({ value: 10_000, relation: 'EQ' });
    await fill(1);
    expect(await total()).toEqual({ value: 10_000, relation: 'GTE' });
  });

  it.each([
    ['noise', '💥'],
    ['something that is not JSON', Buffer.from('[').toString('base64url')],
    ['another list', encodeCursor('others', [1, uuidv7()])],
    ['values of another type', encodeCursor('things', ['x', uuidv7()])],
    ['too few values', encodeCursor('things', [1])],
    ['an id that is none', encodeCursor('things', [1, "'; DROP TABLE thing"])],
    ['a very long one', 'a'.repeat(5_000)],
  ])('refuse a cursor that is %s', async (_name, after) => {
    const { errors } = await subgraph.query(PAGE, { first: 5, after }, ops);
    expect(errors?.[0]?.extensions).toEqual({ code: 'INVALID_CURSOR', field: 'after' });
  });

  it.each([
    [10_000, 'PAGE_TOO_LARGE'],
    [101, 'PAGE_TOO_LARGE'],
    [0, 'BAD_USER_INPUT'],
    [-1, 'BAD_USER_INPUT'],
  ])('refuse a page of %i', async (first, code) => {
    const { errors } = await subgraph.query(PAGE, { first }, ops);
    expect(errors?.[0]?.extensions.code).toBe(code);
  });
});
