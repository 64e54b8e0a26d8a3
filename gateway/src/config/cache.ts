import { z } from 'zod';
import { limit, type Values } from './values.js';

export const cacheVariables = {
  ENTITY_CACHE: z.stringbool().default(false),
  ENTITY_CACHE_MEMORY_BYTES: limit.default(64 * 1024 * 1024),
  ENTITY_CACHE_FENCING: z.stringbool().default(true),
};

/** How answers of subgraphs are kept. */
export interface CacheConfig {
  /** Where the values and generations are: Redis. */
  readonly redisUrl: string;
  /** What a process holds of them, at most. */
  readonly memoryBytes: number;
  /** Whether what was invalidated while it was fetched is refused. Without it stale values are kept: only to show that they are found. */
  readonly fencing: boolean;
}

/** Undefined: nothing is kept. Throws where something that it needs is not given. */
export function cacheConfig(
  values: Values<typeof cacheVariables>,
  { redisUrl, natsUrl }: { readonly redisUrl: string | undefined; readonly natsUrl: string | undefined },
): CacheConfig | undefined {
  if (!values.ENTITY_CACHE) return undefined;
  if (redisUrl === undefined || natsUrl === undefined)
    throw new Error('needs REDIS_URL, where answers are kept, and NATS_URL, by which changes are heard of: give both');
  return { redisUrl, memoryBytes: values.ENTITY_CACHE_MEMORY_BYTES, fencing: values.ENTITY_CACHE_FENCING };
}
