import { foldDeltas, inTransaction, type RollupQuery, readRollup } from '@leadgraph/kit';
import { plansOf, readRows, type TestSubgraph } from '@leadgraph/kit/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startLeads } from '../../test/leadsFixture.js';
import { funnel, money, speedToLead } from './rollups.js';

const SOURCES = 12;
const LINES = 7;
const STATES = 6;
const DAYS = 120;

let leads: TestSubgraph;

/** A sum for every source, line and state of every day: what years of leads fill the tables with. */
beforeAll(async () => {
  leads = await startLeads();
  const { db } = leads.database;
  await db.query(
    `INSERT INTO funnel_delta (day, is_test, source_id, line, state, received)
     SELECT date '2026-01-01' + day, false, 'source ' || source, 'line ' || line, 'state ' || state, 1
     FROM generate_series(0, $1 - 1) AS day, generate_series(1, $2) AS source, generate_series(1, $3) AS line, generate_series(1, $4) AS state`,
    [DAYS, SOURCES, LINES, STATES],
  );
  while ((await inTransaction(db, (tx) => foldDeltas(tx, funnel, 20_000))) > 0);
  for (const table of ['funnel_rollup', 'funnel_delta']) await db.query(`VACUUM ANALYZE ${table}`);
}, 120_000);
afterAll(() => leads.stop());

/** 30 days: three blocks of 8 and 6 days. */
const range = { from: '2026-02-01', to: '2026-03-02', includeTest: false };
const BLOCKS = 9;
const where = (filter: Record<string, string[]>) =>
  filter as RollupQuery<'source_id' | 'line' | 'state', never>['where'];
const asked: [string, number, Omit<RollupQuery<'source_id' | 'line' | 'state', never>, keyof typeof range>][] = [
  ['nothing', BLOCKS, { groupBy: [] }],
  ['sources', BLOCKS * SOURCES, { groupBy: ['source_id'] }],
  [
    'sources, of one line and state',
    BLOCKS * SOURCES,
    { groupBy: ['source_id'], where: where({ line: ['line 3'], state: ['state 2'] }) },
  ],
  ['sources, of one state', BLOCKS * SOURCES, { groupBy: ['source_id'], where: where({ state: ['state 2'] }) }],
  ['days, of one source', 30, { groupBy: ['day'], where: where({ source_id: ['source 5'] }) }],
  [
    'lines and states, of one source',
    BLOCKS * LINES * STATES,
    { groupBy: ['line', 'state'], where: where({ source_id: ['source 5'] }) },
  ],
  [
    'states, of one source and line',
    // Of the three blocks those of the source's other lines are passed, which the planner finds as cheap.
    (6 + 3 * LINES) * STATES,
    { groupBy: ['state'], where: where({ source_id: ['source 5'], line: ['line 3'] }) },
  ],
];

it.each(asked)('divided by %s: a report reads %i sums: those that it shows', async (_, sums, query) => {
  const { db } = leads.database;
  const [plan] = await plansOf(db, () => readRollup(db, funnel, { ...range, ...query }));
  if (!plan) throw new Error('nothing was read');
  const own = plan.nodes.filter((node) => node['Relation Name'] === 'funnel_rollup');
  expect(readRows({ ...plan, nodes: own })).toBe(sums);
  expect(own.map((node) => node['Node Type'])).not.toContain('Seq Scan');
});

it('every rollup of places has the indexes that this takes', async () => {
  for (const { name } of [funnel, money, speedToLead]) {
    const rows: { columns: string }[] = await leads.database.db.query(
      `SELECT regexp_replace(indexdef, '.*\\((.*)\\)$', '\\1') AS columns FROM pg_indexes WHERE tablename = $1`,
      [`${name}_rollup`],
    );
    const columns = rows.map((row) => row.columns);
    expect(columns).toEqual(expect.arrayContaining(['cuboid, state, line, day', 'cuboid, source_id, day']));
  }
});
