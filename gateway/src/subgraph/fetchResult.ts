import type { FetchFailure } from './fetchFailure.js';
import type { SubgraphResponse } from './readReply.js';

/** What came of a fetch: a GraphQL response, or the reason why there is none. */
export interface FetchResult {
  readonly response: SubgraphResponse | undefined;
  /** Others have been given the same response: it must not be changed. */
  readonly common: boolean;
  readonly failure: FetchFailure | undefined;
  /** Why some of the entities that were asked for are not in the response, by their positions. */
  readonly failedEntities?: readonly { readonly failure: FetchFailure; readonly positions: ReadonlySet<number> }[];
  /** The body held no backslash: no string of it needs escaping when it is written again. */
  readonly plain: boolean;
  readonly bytes: number;
  /** Whether another request had sent the same fetch already. */
  readonly shared: boolean;
  /** How many of the entities that were asked for (or of roots) were in the cache. */
  readonly cached?: number;
}
