import type { Fill } from '../cacheStore.js';

/** In one script: nothing else is done by Redis meanwhile. */
const MOST_VALUES = 100;
const MOST_TAGS = 1_000;
const MOST_BYTES = 1_000_000;
/** Of the payload; what is larger is not kept. */
const LARGEST_VALUE_BYTES = 1_000_000;

/** The values that may be kept, in their order, as many at a time as Redis does in one or two milliseconds; one alone where it has more tags than that. */
export function batchesOf(fills: readonly Fill[]): Fill[][] {
  const batches: Fill[][] = [];
  let batch: Fill[] = [];
  let tags = 0;
  let bytes = 0;
  for (const fill of fills) {
    const own = Buffer.byteLength(fill.payload);
    if (own > LARGEST_VALUE_BYTES) continue;
    const isFull = batch.length === MOST_VALUES || tags + fill.tags.length > MOST_TAGS || bytes + own > MOST_BYTES;
    if (batch.length === 0 || isFull) {
      batch = [];
      batches.push(batch);
      tags = 0;
      bytes = 0;
    }
    batch.push(fill);
    tags += fill.tags.length;
    bytes += own;
  }
  return batches;
}
