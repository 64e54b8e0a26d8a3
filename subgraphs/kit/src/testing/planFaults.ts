import type { DataSource } from 'typeorm';
import type { Page } from '../graphql/connection.js';
import { plansOf, readRows, type StatementPlan, scannedWhole, sortedRows } from './plansOf.js';

/** What a list may do to answer. */
export interface PlanLimits {
  /** Rows that one sort may take in: about a page where an index can give the order, else what the filter leaves. */
  readonly sorts: number;
  /** Rows and index entries that it may read, those thrown away included. */
  readonly reads: number;
}

/** What is wrong with a plan, in words; empty when nothing is. No table may be read from end to end. */
export function planFaults(plan: StatementPlan, limits: PlanLimits): string[] {
  const [sorts, reads] = [sortedRows(plan), readRows(plan)];
  return [
    ...scannedWhole(plan).map((table) => `reads all of "${table}"`),
    ...(sorts > limits.sorts ? [`sorts ${sorts} rows, more than ${limits.sorts}`] : []),
    ...(reads > limits.reads ? [`reads ${reads} rows, more than ${limits.reads}`] : []),
  ];
}

/** The faults of every statement of `work`, each behind the statement that has it. */
export async function faultsOf(db: DataSource, limits: PlanLimits, work: () => Promise<unknown>): Promise<string[]> {
  const plans = await plansOf(db, work);
  if (plans.length === 0) return ['nothing was read'];
  return plans.flatMap((plan) => planFaults(plan, limits).map((fault) => `${fault}: ${plan.sql}`));
}

/** The faults of a list's first two pages. Totals are not looked at: they count up to 10,000 rows, whichever are the cheapest to count. */
export async function pageFaults(
  db: DataSource,
  limits: PlanLimits,
  list: (after: string | null) => Promise<Page<unknown>>,
): Promise<string[]> {
  const first = await faultsOf(db, limits, () => list(null));
  const { pageInfo } = await list(null);
  const second = await faultsOf(db, limits, () => list(pageInfo.endCursor));
  return [...first, ...second.map((fault) => `second page ${fault}`)];
}
