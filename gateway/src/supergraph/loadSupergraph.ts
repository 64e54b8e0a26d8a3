import { createHash } from 'node:crypto';
import type { EntityCache } from '../cache/entityCache.js';
import { readCacheFacts } from '../compile/cacheFacts.js';
import { readSupergraphFacts } from '../compile/supergraphFacts.js';
import type { MintSubgraphToken } from '../identity/subgraphToken.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { OperationCache, type OperationCacheOptions } from '../operation/operationCache.js';
import { PersistedOperations } from '../persisted/persistedOperations.js';
import { Planner, type PlannerOptions } from '../plan/planner.js';
import { withoutRights } from '../rights/readRights.js';
import type { AccessRules } from '../rights/rights.js';
import type { HeaderRules } from '../subgraph/headerRules.js';
import { Http1Pool, type Http1PoolOptions } from '../subgraph/http1/http1Pool.js';
import { Subgraph } from '../subgraph/subgraph.js';
import { Supergraph } from './supergraph.js';

export interface SupergraphOptions {
  readonly planner: PlannerOptions;
  readonly cache: Pick<OperationCacheOptions, 'mostDocuments' | 'mostBytes' | 'limits' | 'listSize'>;
  readonly access: AccessRules;
  readonly pool: Http1PoolOptions;
  readonly timeoutMs: number;
  readonly shareFetches: boolean;
  readonly headerRules: HeaderRules;
  readonly mintToken: MintSubgraphToken;
  readonly changes: { readonly seen: number };
  /** Keeps what subgraphs answer; undefined where nothing is kept. */
  readonly entityCache?: EntityCache | undefined;
  /** The address of a subgraph, given the one of the supergraph; throws when there is none that can be used. */
  readonly resolveUrl: (name: string, url: string | undefined) => string;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Loads a supergraph beside whatever is in service: its planner's thread, the schema that clients see, and a pool for each subgraph. Rejects with the reason when it does not load. */
export async function loadSupergraph(sdl: string, options: SupergraphOptions): Promise<Supergraph> {
  const { planner, supergraph } = await Planner.load(withoutRights(sdl), options.planner);
  const pools: Http1Pool[] = [];
  try {
    const { log, metrics, headerRules, mintToken, changes, timeoutMs, shareFetches: share } = options;
    const facts = readSupergraphFacts(supergraph, sdl);
    const subgraphs = supergraph.subgraphs.map(({ name, url: given }) => {
      const url = options.resolveUrl(name, given);
      const pool = new Http1Pool(new URL(url), options.pool);
      pools.push(pool);
      return new Subgraph(name, url, { pool, mintToken, headerRules, timeoutMs, share, changes, log, metrics });
    });
    const operations = new OperationCache({
      compiler: {
        facts,
        subgraphs: new Map(subgraphs.map((each) => [each.name, each])),
        cache: options.entityCache,
        cacheFacts: options.entityCache && readCacheFacts(sdl),
      },
      plan: (text, name) => metrics.timePlanning(planner.plan(text, name)),
      access: options.access,
      ...options.cache,
      onLookup: (result) => {
        if (result === 'hit') metrics.tallies.lookupHits += 1;
        else metrics.tallies.lookupMisses += 1;
      },
      onParsed: () => (metrics.tallies.parsed += 1),
      onValidated: () => (metrics.tallies.validated += 1),
    });
    const persisted = new PersistedOperations((text, incremental) =>
      operations.createApart({ text, name: undefined, incremental }),
    );
    const id = createHash('sha256').update(sdl).digest('hex');
    return new Supergraph({ id, facts, subgraphs, operations, persisted, planner, pools });
  } catch (error) {
    await planner.close();
    await Promise.all(pools.map((pool) => pool.close()));
    throw error;
  }
}
