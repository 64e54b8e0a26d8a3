const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a time span such as `30m`, `12h`, `90d` or `0`, in milliseconds; undefined when it is none. */
export function readTimeSpan(text: string): number | undefined {
  if (text === '0') return 0;
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const milliseconds = UNITS[unit];
  return milliseconds === undefined ? undefined : Number(count) * milliseconds;
}

/** How long ago, or in how long, in words of one unit: `3d`, `45m`. */
export function writeTimeSpan(milliseconds: number): string {
  const [unit, size] = Object.entries(UNITS).findLast(([, each]) => milliseconds >= each) ?? ['s', 1_000];
  return `${Math.floor(milliseconds / size)}${unit}`;
}
