import { setTimeout as delay } from 'node:timers/promises';
import type { ClientDirectory } from './clients/clientDirectory.js';
import type { GatewayConfig } from './config.js';
import { NatsLink } from './eventSource/jetStream/natsLink.js';
import type { Logger } from './log.js';
import { createMetrics, type Metrics } from './metrics.js';
import { createPersistedMetrics } from './persisted/persistedMetrics.js';
import { createHeaderRules } from './subgraph/headerRules.js';
import type { SupergraphSlot } from './supergraph/supergraphSlot.js';
import { createApp } from './wiring/createApp.js';
import { createCache } from './wiring/createCache.js';
import { createCallers } from './wiring/createCallers.js';
import { createLive } from './wiring/createLive.js';
import { createRequests } from './wiring/createRequests.js';
import { createServing } from './wiring/createServing.js';

/** The part of the drain time over which live connections are sent elsewhere. */
const SPREAD = 0.8;
/** What is left at least for audit records after the last requests. */
const LAST_RECORDS_MS = 500;

export interface RunningGateway {
  readonly url: string;
  readonly metrics: Metrics;
  /** Takes no more requests, finishes what is in flight within the drain time, and closes everything. */
  stop(): Promise<void>;
}

/** What may be given ready-made. */
export interface GatewayParts {
  /** Where clients' keys and manifests are; closed with the gateway. */
  readonly directory?: ClientDirectory | undefined;
}

/** Wires the gateway and starts it: callers → supergraph → requests → live → routes → listening. Rejects when the supergraph cannot be loaded or the port is taken. */
export async function startGateway(
  config: GatewayConfig,
  log: Logger,
  { directory }: GatewayParts = {},
): Promise<RunningGateway> {
  const metrics = createMetrics();
  const link = config.natsUrl === undefined ? undefined : new NatsLink({ url: config.natsUrl, name: 'gateway', log });
  const callers = await createCallers(config, { directory, link, log, metrics });
  const { clients, clientKeys, authenticate, mintToken } = callers;
  const headerRules = createHeaderRules(config.headerRules);
  const shared = {
    counts: createPersistedMetrics(metrics.registry),
    changes: { seen: 0 },
    ...{ headerRules, log, metrics },
  };
  let served: SupergraphSlot | undefined;
  const cache = createCache(config.cache, {
    subgraphs: () => served?.current?.subgraphs.map(({ name }) => name) ?? [],
    ...{ link, changes: shared.changes, log, metrics },
  });
  const { entityCache, before } = cache;
  const parts = { ...shared, clients, mintToken, entityCache };
  const serving = await createServing(config, parts).catch(async (error: unknown) => {
    await callers.close();
    await cache.close();
    await link?.close();
    throw error;
  });
  const { slot } = serving;
  served = slot;
  const requests = createRequests(config, { ...shared, entityCache, expectsManifests: clients !== undefined });
  const { starting } = requests;
  const live = createLive({
    config,
    slot,
    authenticate,
    clientKeys,
    link,
    before,
    starting,
    headerRules,
    mintToken,
    log,
    metrics,
  });
  let draining = false;
  const isDraining = () => draining;
  const app = await createApp(config, { slot, callers, starting, live, headerRules, isDraining, log, metrics });
  const close = async (recordsMs: number) => {
    await callers.close();
    await cache.close();
    await live.close();
    // After the last request: what it has left goes out as well.
    await requests.close(recordsMs);
    await serving.close();
  };
  const url = await app.listen({ host: config.host, port: config.port }).catch(async (error: unknown) => {
    serving.stopFollowing();
    await close(0);
    throw error;
  });
  log.info(
    { url, tokens: config.clientTokens ? 'checked' : 'refused', signing: config.signingKey !== undefined },
    'gateway is up',
  );

  const stop = async () => {
    draining = true;
    const began = performance.now();
    serving.stopFollowing();
    const limit = new AbortController();
    const drained = Promise.all([app.close(), live.sendAway(config.drainTimeoutMs * SPREAD)]).then(() => limit.abort());
    await delay(config.drainTimeoutMs, undefined, { signal: limit.signal }).then(
      () => {
        log.warn('requests were still in flight at the end of the drain time');
        app.server.closeAllConnections();
      },
      () => {}, // drained in time
    );
    await drained;
    await close(Math.max(config.drainTimeoutMs - (performance.now() - began), LAST_RECORDS_MS));
    log.info('gateway is down');
  };
  let stopped: Promise<void> | undefined;
  return { url, metrics, stop: () => (stopped ??= stop()) };
}
