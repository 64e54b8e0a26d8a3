import type { DataSource } from 'typeorm';

/** A node of a plan as PostgreSQL's EXPLAIN (FORMAT JSON) writes it; what tests look at. */
export interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Plan Rows': number;
  'Total Cost': number;
  Plans?: PlanNode[];
}

export interface StatementPlan {
  sql: string;
  /** Every node, the root first. */
  nodes: PlanNode[];
}

/** Runs `work` and answers the plans of the SELECTs that it sent through `db`, with the parameters that it sent. */
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
    const [row]: { 'QUERY PLAN': [{ Plan: PlanNode }] }[] = await db.query(`EXPLAIN (FORMAT JSON) ${sql}`, parameters);
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

/** How many rows a plan expects to sort at one place, at most. */
export function sortedRows({ nodes }: StatementPlan): number {
  const sorts = nodes.filter((node) => node['Node Type'] === 'Sort');
  return Math.max(0, ...sorts.map((node) => Math.max(...(node.Plans ?? [node]).map((input) => input['Plan Rows']))));
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
