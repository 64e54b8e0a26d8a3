import type { FetchCaching } from '../compile/fetchCaching.js';
import type { FetchResult } from '../subgraph/fetchResult.js';
import type { Fill } from './cacheStore.js';
import type { Wanted } from './lookUp.js';

/** A value to be kept, as the process holds it and as the store does. */
export interface FillOfValue extends Fill {
  readonly value: unknown;
}

/** What of an answer can be kept: nothing of one in which personal data were disclosed, since each time they are is recorded; no entity that has an error or did not come. */
export function fillsOf(
  { response, failedEntities = [] }: FetchResult,
  wanted: readonly Wanted[],
  caching: FetchCaching,
  areEntities: boolean,
): FillOfValue[] {
  if (!response?.data || (response.disclosed?.length ?? 0) > 0) return [];
  const failed = new Set<unknown>(failedEntities.flatMap(({ positions }) => [...positions]));
  for (const { path } of response.errors ?? []) {
    if (!areEntities || path?.[0] !== '_entities' || typeof path[1] !== 'number') return [];
    failed.add(path[1]);
  }
  const values: unknown = areEntities ? response.data._entities : [response.data];
  if (!Array.isArray(values) || values.length !== wanted.length) return [];
  return wanted.flatMap(({ key, tags: known }, index) => {
    const value: unknown = values[index];
    const tags = new Set(known);
    if (!known || failed.has(index) || value === undefined || !caching.collectTags(value, tags)) return [];
    return [{ key, tags: [...tags], value, payload: JSON.stringify(value), ttlMs: caching.maxAgeMs + caching.staleMs }];
  });
}
