/** Something that has to be kept: `value` is what was measured in this run, `target` what the project set itself. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly target: number;
  readonly ok: boolean;
}

/** What a command that measures comes to. */
export interface Report {
  readonly name: string;
  readonly figures: object;
  readonly bars: readonly Bar[];
  /** The same for people, a line each. */
  readonly text: readonly string[];
}

export function atLeast(name: string, measured: number, target: number): Bar {
  const value = rounded(measured);
  return { name, value, target, ok: value >= target };
}

export function atMost(name: string, measured: number, target: number): Bar {
  const value = rounded(measured);
  return { name, value, target, ok: value <= target };
}

/** Three significant digits, whole numbers above a thousand. */
export function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

/** The middle value; of an even number the higher of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Columns as wide as their widest cell; the first is aligned to the left. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** The bars as a table for people. */
export function barLines(bars: readonly Bar[]): string[] {
  return table(
    bars.map(({ name, value, target, ok }) => [name, String(value), `of ${target}`, ok ? 'kept' : 'MISSED']),
  );
}

/** To stderr: what is being done, while stdout is for results. */
export function say(line: string): void {
  console.error(line);
}
