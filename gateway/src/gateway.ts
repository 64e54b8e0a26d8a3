import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createAudit } from './audit/audit.js';
import { type ClientDirectory, whenRead } from './clients/clientDirectory.js';
import { clientStatus, registerClientMetrics } from './clients/clientMetrics.js';
import { createClientDirectory } from './clients/createClientDirectory.js';
import { urlKey } from './config/subgraphs.js';
import type { GatewayConfig } from './config.js';
import { NatsLink } from './eventSource/jetStream/natsLink.js';
import { executeOperation } from './execute/executeOperation.js';
import { type Execute, shareExecutions } from './execute/shareExecutions.js';
import { createCors } from './http/cors.js';
import { registerGraphiqlRoutes } from './http/graphiqlRoutes.js';
import { createGraphQLHandler } from './http/graphqlHandler.js';
import { registerHealthRoutes } from './http/healthRoutes.js';
import { createServer } from './http/server.js';
import type { StartOptions } from './http/startOperation.js';
import { registerTicketRoute } from './http/ticketRoute.js';
import { createClientKeys } from './identity/clientKeys.js';
import { createAuthenticate } from './identity/clientToken.js';
import { createKeyMetrics } from './identity/keyMetrics.js';
import type { SigningKey } from './identity/signingKey.js';
import { createSubgraphTokenMint } from './identity/subgraphToken.js';
import { openTokenKeys } from './identity/tokenKeys.js';
import { watchSigningKey } from './identity/watchSigningKey.js';
import { connectRedis } from './limits/connectRedis.js';
import { createAdmit } from './limits/operationLimits.js';
import { createRateLimits } from './limits/rateLimits.js';
import { createLive } from './live.js';
import type { Logger } from './log.js';
import { createMetrics, type Metrics } from './metrics.js';
import { AutomaticQueries } from './persisted/automaticQueries.js';
import { createFindOperation } from './persisted/findOperation.js';
import { createPersistedMetrics } from './persisted/persistedMetrics.js';
import { createPreparePersisted } from './persisted/preparePersisted.js';
import { createRest } from './rest/createRest.js';
import { createHeaderRules } from './subgraph/headerRules.js';
import { loadSupergraph } from './supergraph/loadSupergraph.js';
import { SupergraphSlot } from './supergraph/supergraphSlot.js';
import { watchSupergraphFile } from './supergraph/watchSupergraphFile.js';

/** How long an unused connection to a subgraph is kept, unless the subgraph says less. */
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** How long the start waits for what clients have been promised. */
const CLIENTS_WAIT_MS = 1_500;
/** The part of the drain time over which live connections are sent elsewhere. */
const SPREAD = 0.8;
/** What is left at least for audit records after the last requests. */
const LAST_RECORDS_MS = 500;
/** What an identity needs to see plans in production. */
const EXPLAIN_SCOPE = 'plan:read';

export interface RunningGateway {
  readonly url: string;
  readonly metrics: Metrics;
  /** Takes no more requests, finishes what is in flight within the drain time, and closes everything. */
  stop(): Promise<void>;
}

/** What may be given ready-made. */
export interface GatewayParts {
  /** Where clients' keys and manifests are; not closed with the gateway. */
  readonly directory?: ClientDirectory | undefined;
}

/** Thrown when the supergraph cannot be read or loaded at the start; later ones leave the one before in service. */
export class SupergraphNotLoaded extends Error {
  override readonly name = 'SupergraphNotLoaded';
}

/** Wires the gateway and starts it: keys → supergraph → routes → listening. Rejects when the supergraph cannot be loaded or the port is taken. */
export async function startGateway(
  config: GatewayConfig,
  log: Logger,
  { directory }: GatewayParts = {},
): Promise<RunningGateway> {
  const metrics = createMetrics();
  const link = config.natsUrl === undefined ? undefined : new NatsLink({ url: config.natsUrl, name: 'gateway', log });
  const clients = directory ?? createClientDirectory(config, link, log);
  const clientKeys = createClientKeys(clients, config.clients.keyHeader);
  if (clients) registerClientMetrics(metrics.registry, clients, clientKeys);
  const tokenKeys =
    config.clientTokens && openTokenKeys({ ...config.clientTokens, pollMs: config.supergraphPollMs, log });
  const authenticate = createAuthenticate(config.clientTokens, { keys: clientKeys, tokenKeys });
  const { mintToken, unwatchKey } = await startMint(config, log, metrics);
  const mutations = { finished: 0 };
  const headerRules = createHeaderRules(config.headerRules);
  const load = (sdl: string) =>
    loadSupergraph(sdl, {
      planner: config.planning,
      cache: {
        ...config.operationCache,
        limits: config.limits.document,
        listSize: config.limits.listSize,
      },
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
      headerRules,
      mintToken,
      mutations,
      resolveUrl: subgraphUrlResolver(config.subgraphUrls),
      log,
      metrics,
    });
  const counts = createPersistedMetrics(metrics.registry);
  const preparing = createPreparePersisted({ directory: clients, limitMs: config.persisted.prepareMs, counts, log });
  const { prepareFor } = preparing;
  const slot = new SupergraphSlot({ load, prepareMs: config.prepareOperationsMs, prepareFor, log, metrics });
  if (clients) await whenRead(clients, CLIENTS_WAIT_MS);
  await loadFirst(slot, config.supergraphFile).catch(async (error: unknown) => {
    tokenKeys?.close();
    await clients?.close();
    await link?.close();
    throw error;
  });
  const unfollow = preparing.follow(slot);
  const unwatch = watchSupergraphFile(config.supergraphFile, slot, config.supergraphPollMs);

  const { costBudgets, rates, redisUrl, trustedProxies } = config.limits;
  const { only: persistedOnly, automatic } = config.persisted;
  // Opened for what needs it.
  const redis = (rates || automatic) && redisUrl !== undefined ? connectRedis(redisUrl, log) : undefined;
  const cors = config.cors && createCors(config.cors);

  let draining = false;
  const isDraining = () => draining;
  const audit = createAudit({ config: config.audit, natsUrl: config.natsUrl, log, metrics });
  const alone: Execute = (request) => executeOperation(request, log);
  const starting: StartOptions = {
    findOperation: createFindOperation({
      persistedOnly,
      automatic: automatic && new AutomaticQueries({ ...automatic, store: redis, counts: counts.automatic }),
      expectsManifests: clients !== undefined,
      counts,
    }),
    execute: config.shareRequests
      ? shareExecutions(alone, {
          forwardedHeaders: headerRules.reads,
          mutations,
          onShared: () => {
            metrics.tallies.sharedRequests += 1;
          },
        })
      : alone,
    mutations,
    admit: createAdmit(costBudgets, rates && createRateLimits(rates, redis)),
    costBudgets,
    audit,
    mayExplain: ({ scopes }) => config.explainToAll || scopes.includes(EXPLAIN_SCOPE),
  };
  const live = createLive({
    config,
    slot,
    authenticate,
    clientKeys,
    link,
    starting,
    headerRules,
    mintToken,
    log,
    metrics,
  });
  const graphql = createGraphQLHandler({
    ...starting,
    slot,
    authenticate,
    eventStreams: live.eventStreams,
    mostInBatch: config.batchLimit,
    compressFrom: config.compressFrom,
    cors,
    trustedProxies,
    varyBy: [...headerRules.reads, config.clients.keyHeader],
    isDraining,
    log,
    metrics,
  });
  const expectsManifests = clients !== undefined;
  const rest = createRest({ config, starting, slot, authenticate, expectsManifests, isDraining, log, metrics });
  const hasPage = config.graphiqlFolder !== undefined;
  const app = createServer({ log, graphql, rest, upgrade: live.upgrade, hasPage, isDraining });
  registerTicketRoute(app, { authenticate, tickets: live.tickets, cors });
  registerHealthRoutes(app, { slot, metrics, isDraining, clients: clients && (() => clientStatus(clients)) });
  if (config.graphiqlFolder) await registerGraphiqlRoutes(app, config.graphiqlFolder);
  const url = await app.listen({ host: config.host, port: config.port });
  log.info(
    { url, tokens: config.clientTokens ? 'checked' : 'refused', signing: config.signingKey !== undefined },
    'gateway is up',
  );

  const stop = async () => {
    draining = true;
    const began = performance.now();
    unwatch();
    unfollow();
    tokenKeys?.close();
    unwatchKey();
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
    await clients?.close();
    await live.close();
    // After the last request: what it has left goes out as well.
    await audit?.close(Math.max(config.drainTimeoutMs - (performance.now() - began), LAST_RECORDS_MS));
    await slot.close();
    redis?.disconnect();
    log.info('gateway is down');
  };
  let stopped: Promise<void> | undefined;
  return { url, metrics, stop: () => (stopped ??= stop()) };
}

async function loadFirst(slot: SupergraphSlot, file: string): Promise<void> {
  try {
    await slot.replace(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SupergraphNotLoaded(
      `The supergraph ${file} cannot be served: ${reason}\nGive a composed Federation 2 supergraph by --supergraph FILE or SUPERGRAPH_FILE.`,
      { cause: error },
    );
  }
}

/** The mint of tokens for subgraphs, which goes over to another key when the key's file changes. */
async function startMint({ signingKey, signingKeyFile, keysPollMs }: GatewayConfig, log: Logger, metrics: Metrics) {
  const { showKey, tokensMinted } = createKeyMetrics(metrics.registry);
  const { mint, exchangeKey } = await createSubgraphTokenMint(signingKey, { onMinted: () => tokensMinted.inc() });
  if (!signingKey || signingKeyFile === undefined) return { mintToken: mint, unwatchKey: () => {} };
  showKey(signingKey);
  const exchange = async (key: SigningKey) => {
    await exchangeKey(key);
    showKey(key);
  };
  const watching = { file: signingKeyFile, pollMs: keysPollMs, key: signingKey, exchange, log };
  return { mintToken: mint, unwatchKey: watchSigningKey(watching) };
}

function subgraphUrlResolver(overrides: GatewayConfig['subgraphUrls']) {
  return (name: string, url: string | undefined): string => {
    const chosen = overrides.get(urlKey(name)) ?? url;
    if (chosen && /^https?:$/.test(URL.parse(chosen)?.protocol ?? '')) return chosen;
    throw new Error(`the subgraph "${name}" has no http(s) URL; give it by ${urlKey(name)}_URL or SUBGRAPH_URLS`);
  };
}
