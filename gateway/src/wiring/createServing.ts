import { readFile } from 'node:fs/promises';
import type { EntityCache } from '../cache/entityCache.js';
import type { ClientDirectory } from '../clients/clientDirectory.js';
import { urlKey } from '../config/subgraphs.js';
import type { GatewayConfig } from '../config.js';
import { reasonOf } from '../errors/reasonOf.js';
import type { MintSubgraphToken } from '../identity/subgraphToken.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { PersistedCounts } from '../persisted/persistedMetrics.js';
import { createPreparePersisted } from '../persisted/preparePersisted.js';
import type { HeaderRules } from '../subgraph/headerRules.js';
import { loadSupergraph, type SupergraphOptions } from '../supergraph/loadSupergraph.js';
import { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import { watchFile } from '../watchFile.js';

/** How long an unused connection to a subgraph is kept, unless the subgraph says less. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 3_000;

export interface ServingParts {
  /** Whose operations are prepared before a supergraph serves. */
  readonly clients: ClientDirectory | undefined;
  readonly counts: PersistedCounts;
  readonly headerRules: HeaderRules;
  readonly mintToken: MintSubgraphToken;
  readonly entityCache: EntityCache | undefined;
  readonly changes: { readonly seen: number };
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What is served. */
export interface Serving {
  readonly slot: SupergraphSlot;
  /** Leaves it with the supergraph and the persisted operations that it has. */
  stopFollowing(): void;
  /** What is in flight fails. */
  close(): Promise<void>;
}

/** Thrown when the supergraph cannot be read or loaded at the start; later ones leave the one before in service. */
export class SupergraphNotLoaded extends Error {
  override readonly name = 'SupergraphNotLoaded';
}

/** Wires the supergraph: loads it, with the operations of manifests prepared, and follows its file and what is published. Rejects with `SupergraphNotLoaded`. */
export async function createServing(config: GatewayConfig, parts: ServingParts): Promise<Serving> {
  const { clients: directory, counts, log, metrics } = parts;
  const options = supergraphOptions(config, parts);
  const preparing = createPreparePersisted({ directory, limitMs: config.persisted.prepareMs, counts, log });
  const slot = new SupergraphSlot({
    load: (sdl) => loadSupergraph(sdl, options),
    prepareMs: config.prepareOperationsMs,
    prepareFor: preparing.prepareFor,
    log,
    metrics,
  });
  await loadFirst(slot, config.supergraphFile);
  const unfollow = preparing.follow(slot);
  const unwatch = watchFile(config.supergraphFile, {
    pollMs: config.filesPollMs,
    changed: (sdl) => slot.replace(sdl).catch(() => {}), // said by the slot
    failed: (error) => slot.reportFailure(error),
  });
  return {
    slot,
    stopFollowing() {
      unwatch();
      unfollow();
    },
    close: () => slot.close(),
  };
}

function supergraphOptions(config: GatewayConfig, parts: ServingParts): SupergraphOptions {
  const { headerRules, mintToken, changes, entityCache, log, metrics } = parts;
  return {
    planner: config.planning,
    cache: { ...config.operationCache, limits: config.limits.document, listSize: config.limits.listSize },
    pool: {
      connections: config.subgraphConnections,
      queued: config.subgraphQueue,
      maxResponseBytes: config.subgraphMaxResponseBytes,
      keepAliveMs: KEEP_ALIVE_MS,
      connectTimeoutMs: Math.min(CONNECT_TIMEOUT_MS, config.subgraphTimeoutMs),
    },
    timeoutMs: config.subgraphTimeoutMs,
    shareFetches: config.shareFetches,
    access: config.access,
    resolveUrl: subgraphUrlResolver(config.subgraphUrls),
    headerRules,
    mintToken,
    changes,
    entityCache,
    log,
    metrics,
  };
}

async function loadFirst(slot: SupergraphSlot, file: string): Promise<void> {
  try {
    await slot.replace(await readFile(file, 'utf8'));
  } catch (error) {
    throw new SupergraphNotLoaded(
      `The supergraph ${file} cannot be served: ${reasonOf(error)}\nGive a composed Federation 2 supergraph by --supergraph FILE or SUPERGRAPH_FILE.`,
      { cause: error },
    );
  }
}

function subgraphUrlResolver(overrides: GatewayConfig['subgraphUrls']) {
  return (name: string, url: string | undefined): string => {
    const chosen = overrides.get(urlKey(name)) ?? url;
    if (chosen && /^https?:$/.test(URL.parse(chosen)?.protocol ?? '')) return chosen;
    throw new Error(`the subgraph "${name}" has no http(s) URL; give it by ${urlKey(name)}_URL or SUBGRAPH_URLS`);
  };
}
