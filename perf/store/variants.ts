import { subgraphNames } from '../../infra/stack/src/config.ts';
import type { PlatformOptions } from '../../infra/stack/src/platform.ts';

export type VariantName = 'alone' | 'batching' | 'cache';

/** A way to run the platform. */
export interface Variant {
  readonly name: VariantName;
  readonly label: string;
  readonly serviceEnv: NonNullable<PlatformOptions['serviceEnv']>;
}

/** What is switched on. Data loaders of a request are always there. */
export const variants: readonly Variant[] = [
  variant('alone', 'loaders of each request alone', { batching: false, cache: false }),
  variant('batching', 'batching', { batching: true, cache: false }),
  variant('cache', 'batching and cache', { batching: true, cache: true }),
];

function variant(
  name: VariantName,
  label: string,
  { batching, cache }: { batching: boolean; cache: boolean },
): Variant {
  const gateway = {
    ENTITY_CACHE: String(cache),
    // Identical fetches in flight are the gateway's part of batching.
    SHARE_SUBGRAPH_FETCHES: String(batching),
    SHARE_REQUESTS: String(batching),
    // Partners send the same documents as all others.
    PERSISTED_ONLY: '',
  };
  const subgraphs = subgraphNames.map((each) => [each, { DATABASE_SHARE_READS: String(batching) }]);
  return { name, label, serviceEnv: { ...Object.fromEntries(subgraphs), gateway } };
}
