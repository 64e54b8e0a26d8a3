/** One line of a page of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads Prometheus' text format; comments and what is no number are left out. */
export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
    const number = Number(value);
    if (name === '' || !Number.isFinite(number)) return [];
    return [
      { name, labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, of]) => [key, of])), value: number },
    ];
  });
}

/** The sum of all lines of a name that have these labels. */
export function sumOf(samples: readonly Sample[], name: string, labels: Readonly<Record<string, string>> = {}): number {
  return samples
    .filter((each) => each.name === name && Object.entries(labels).every(([key, value]) => each.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** A histogram's buckets by their upper bounds: how many were at most so much, together. */
export type Buckets = ReadonlyMap<number, number>;

export function bucketsOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Buckets {
  const bounds = new Set(samples.flatMap((each) => (each.name === `${name}_bucket` ? [each.labels.le ?? ''] : [])));
  return new Map(
    [...bounds]
      .map((le): [number, number] => [
        le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
        sumOf(samples, `${name}_bucket`, { ...labels, le }),
      ])
      .sort(([one], [other]) => one - other),
  );
}

/** What was counted between two readings. */
export function between(before: Buckets, after: Buckets): Buckets {
  return new Map([...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)]));
}

/** The value under which the given part (0 to 1) lies, evenly spread within its bucket; of the last bucket its lower bound. 0 of nothing. */
export function bucketQuantile(buckets: Buckets, part: number): number {
  const all = Math.max(0, ...buckets.values());
  let [below, lower] = [0, 0];
  for (const [bound, count] of buckets) {
    if (all > 0 && count >= part * all)
      return Number.isFinite(bound)
        ? lower + ((bound - lower) * (part * all - below)) / Math.max(1, count - below)
        : lower;
    [below, lower] = [count, bound];
  }
  return 0;
}
