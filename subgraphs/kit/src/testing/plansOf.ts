import type { DataSource } from 'typeorm';

/** A node of a plan as PostgreSQL's EXPLAIN (ANALYZE, FORMAT JSON) writes it; what tests look at. Rows are those of one loop on average. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Join Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

export interface StatementPlan {
  sql: string;
  /** Every node, the root first. */
  nodes: PlanNode[];
}

/** Runs `work` and answers the plans of the SELECTs that it sent through `db`, run once more with the parameters that it sent: the rows are counted, not estimated. */
export async function plansOf(db: DataSource, work: () => Promise<unknown>): Promise<StatementPlan[]> {
  const sent: { sql: string; parameters: unknown[] }[] = [];
  const { logger } = db;
  const spy = Object.assign(Object.create(logger) as typeof logger, {
    logQuery: (sql: string, parameters?: unknown[]) => sent.push({ sql, parameters: parameters ?? [] }),
  });
  Object.assign(db, { logger: spy });
  try {
    await work();
  } finally {
    Object.assign(db, { logger });
  }
  const plans: StatementPlan[] = [];
  for (const { sql, parameters } of sent.filter((statement) => /^\s*(SELECT|WITH)/i.test(statement.sql))) {
    const [row]: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] = await db.query(
      `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, FORMAT JSON) ${sql}`,
      parameters,
    );
    if (row) plans.push({ sql, nodes: nodesOf(row['QUERY PLAN'][0].Plan) });
  }
  return plans;
}

/** The tables (partitions) that a plan reads from beginning to end. */
export function scannedWhole({ nodes }: StatementPlan): string[] {
  return nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? '');
}

/** The tables (partitions) that a plan reads at all. */
export function readTables({ nodes }: StatementPlan): string[] {
  return [...new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))];
}

/** How many rows were sorted at once, at most: what went into a sort, though perhaps only the first of it came out. */
export function sortedRows({ nodes }: StatementPlan): number {
  return Math.max(
    0,
    ...nodes
      .filter((node) => node['Node Type'] === 'Sort')
      .map((node) => Math.max(...(node.Plans ?? [node]).map((input) => input['Actual Rows']))),
  );
}

/** How many rows or index entries of tables were read, those that a filter threw away included. */
export function readRows({ nodes }: StatementPlan): number {
  const scans = nodes.filter((node) => node['Relation Name'] ?? node['Node Type'] === 'Bitmap Index Scan');
  return scans.reduce((sum, node) => sum + rowsOf(node), 0);
}

function rowsOf(node: PlanNode): number {
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.ceil((node['Actual Rows'] + removed) * node['Actual Loops']);
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
