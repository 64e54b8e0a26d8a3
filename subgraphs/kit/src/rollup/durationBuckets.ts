/**
 * Durations counted in buckets whose bounds grow by a tenth each, from 100 ms on: a percentile read from them is off by at most 5 %, and the counts of any
 * two sets of durations can be added, which percentiles cannot.
 */
const GROWTH = 1.1;
const SMALLEST_MS = 100;
const LAST_BUCKET = 250;

/** The bucket of a duration in milliseconds; 0 for all below 100 ms. */
export function durationBucket(milliseconds: number): number {
  if (!(milliseconds >= SMALLEST_MS)) return 0;
  return Math.min(LAST_BUCKET, 1 + Math.floor(Math.log(milliseconds / SMALLEST_MS) / Math.log(GROWTH)));
}

/** SQL for the bucket of an interval in milliseconds (an expression of the code, never input); the same as `durationBucket`. */
export function durationBucketSql(milliseconds: string): string {
  return `(CASE WHEN ${milliseconds} >= ${SMALLEST_MS} THEN LEAST(${LAST_BUCKET},
    1 + floor(ln((${milliseconds})::float8 / ${SMALLEST_MS}) / ln(${GROWTH}::float8))) ELSE 0 END)::smallint`;
}

/** The duration in milliseconds that stands for a bucket: its geometric middle. */
export function bucketMiddleMs(bucket: number): number {
  return bucket === 0 ? SMALLEST_MS / 2 : Math.round(SMALLEST_MS * GROWTH ** (bucket - 0.5));
}

/** The percentile `share` (0–1) of counted durations, in milliseconds; null when nothing was counted. `counts` by bucket, ascending. */
export function percentileMs(counts: readonly { bucket: number; count: number }[], share: number): number | null {
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  if (total <= 0) return null;
  let before = 0;
  for (const { bucket, count } of counts) {
    before += count;
    if (before >= share * total) return bucketMiddleMs(bucket);
  }
  return bucketMiddleMs(counts.at(-1)?.bucket ?? 0);
}
