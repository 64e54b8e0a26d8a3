const DAY_MS = 86_400_000;

/** Blocks of one length that a range is made of, by their first days; level 0 are days. */
export interface RangeBlocks {
  readonly level: number;
  readonly days: readonly string[];
}

/** The fewest blocks that make up exactly the days from `from` to `to` (both included, YYYY-MM-DD). Of `lengths` (days, shortest first) each is a multiple of the one before; blocks begin at multiples of their length since 1970. */
export function rangeBlocks(from: string, to: string, lengths: readonly number[]): RangeBlocks[] {
  const levels = [1, ...lengths].map((length, level) => ({ level, length, days: [] as string[] }));
  const end = Date.parse(to) / DAY_MS;
  for (let day = Date.parse(from) / DAY_MS; day <= end; ) {
    const fitting = levels.filter(({ length }) => day % length === 0 && day + length - 1 <= end).at(-1);
    // Not for days before 1970, nor for others: single days always fit.
    if (!fitting) throw new Error(`no block begins on day ${day}`);
    fitting.days.push(new Date(day * DAY_MS).toISOString().slice(0, 10));
    day += fitting.length;
  }
  return levels.filter(({ days }) => days.length > 0).map(({ level, days }) => ({ level, days }));
}
