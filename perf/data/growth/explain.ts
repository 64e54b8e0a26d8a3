import type pg from 'pg';
import type { LoggedStatement } from './loggedStatements.ts';
import type { PlanNode } from './plans.ts';

type Statement = Pick<LoggedStatement, 'sql' | 'parameters'>;

/** Runs a statement once more and answers the plan with what it did: rows and pages are counted, not estimated. */
export function explainRun(client: pg.Client, statement: Statement): Promise<PlanNode> {
  return explain(client, 'ANALYZE, BUFFERS, TIMING OFF', statement);
}

/**
 * What the planner would do with so many times the rows of leads and sales. Told is it that each page holds as many more of them: nothing is written, and pages, as which a month is read from end to end, seem cheaper than they
 * would be. Who keeps to the indexes then would keep to them the more.
 */
export async function explainGrown(
  client: pg.Client,
  times: number,
  statements: readonly Statement[],
): Promise<PlanNode[]> {
  await client.query('BEGIN');
  try {
    await client.query(
      `UPDATE pg_class SET reltuples = reltuples * $1
       WHERE reltuples > 0 AND relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND relname ~ '^lead_'`,
      [times],
    );
    const plans: PlanNode[] = [];
    for (const statement of statements) plans.push(await explain(client, 'COSTS ON', statement));
    return plans;
  } finally {
    await client.query('ROLLBACK');
  }
}

async function explain(client: pg.Client, options: string, { sql, parameters }: Statement): Promise<PlanNode> {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `EXPLAIN (${options}, FORMAT JSON) ${sql}`,
    [...parameters],
  );
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (!plan) throw new Error(`there is no plan of: ${sql}`);
  return plan;
}
