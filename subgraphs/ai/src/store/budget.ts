import type { EntityManager } from 'typeorm';

export interface BudgetDay {
  /** Calendar day in UTC, YYYY-MM-DD. */
  readonly day: string;
  /** Millionths of a US dollar. */
  readonly spentMicros: number;
  readonly calls: number;
}

/** The calendar day in UTC that spending is booked on. */
export function budgetDay(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/**
 * Books what a call may cost at most, if the day's limit allows it. Booked before the call, so that calls at the same time cannot overspend
 * together; a worker that dies leaves a few cents too many booked, never too few.
 */
export async function reserveSpending(
  manager: EntityManager,
  { day, micros, limitMicros }: { day: string; micros: number; limitMicros: number },
): Promise<boolean> {
  if (micros > limitMicros) return false;
  const rows: unknown[] = await manager.query(
    `INSERT INTO budget (day, spent_micros, calls) VALUES ($1, $2, 1)
     ON CONFLICT (day) DO UPDATE SET spent_micros = budget.spent_micros + $2, calls = budget.calls + 1
     WHERE budget.spent_micros + $2 <= $3
     RETURNING day`,
    [day, micros, limitMicros],
  );
  return rows.length > 0;
}

/** Corrects a booking by the difference to what it cost. */
export async function settleSpending(manager: EntityManager, day: string, differenceMicros: number): Promise<void> {
  if (differenceMicros === 0) return;
  await manager.query('UPDATE budget SET spent_micros = GREATEST(0, spent_micros + $2) WHERE day = $1', [
    day,
    differenceMicros,
  ]);
}

export async function readBudget(manager: EntityManager, day: string): Promise<BudgetDay> {
  const [row]: { spent_micros: string; calls: number }[] = await manager.query(
    'SELECT spent_micros, calls FROM budget WHERE day = $1',
    [day],
  );
  return { day, spentMicros: Number(row?.spent_micros ?? 0), calls: row?.calls ?? 0 };
}
