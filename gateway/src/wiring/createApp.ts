import { clientStatus } from '../clients/clientMetrics.js';
import type { GatewayConfig } from '../config.js';
import type { StartOptions } from '../execute/startOperation.js';
import { createCors } from '../http/cors.js';
import { registerGraphiqlRoutes } from '../http/graphiqlRoutes.js';
import { createGraphQLHandler } from '../http/graphqlHandler.js';
import { registerHealthRoutes } from '../http/healthRoutes.js';
import { createServer } from '../http/server.js';
import { registerTicketRoute } from '../http/ticketRoute.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { createRest } from '../rest/createRest.js';
import type { HeaderRules } from '../subgraph/headerRules.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import type { Callers } from './createCallers.js';
import type { Live } from './createLive.js';

export interface AppParts {
  readonly slot: SupergraphSlot;
  readonly callers: Callers;
  readonly starting: StartOptions;
  readonly live: Live;
  readonly headerRules: HeaderRules;
  readonly isDraining: () => boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Wires the HTTP server and its routes. It does not listen yet. */
export async function createApp(config: GatewayConfig, parts: AppParts) {
  const { slot, callers, starting, live, headerRules, isDraining, log, metrics } = parts;
  const { clients, authenticate } = callers;
  const cors = config.cors && createCors(config.cors);
  const graphql = createGraphQLHandler({
    ...starting,
    ...{ slot, authenticate, cors, isDraining, log, metrics },
    eventStreams: live.eventStreams,
    mostInBatch: config.batchLimit,
    compressFrom: config.compressFrom,
    trustedProxies: config.limits.trustedProxies,
    varyBy: [...headerRules.reads, config.clients.keyHeader],
  });
  const expectsManifests = clients !== undefined;
  const rest = createRest({ config, starting, slot, authenticate, expectsManifests, isDraining, log, metrics });
  const hasPage = config.graphiqlFolder !== undefined;
  const app = createServer({ log, graphql, rest, upgrade: live.upgrade, hasPage, isDraining });
  registerTicketRoute(app, { authenticate, tickets: live.tickets, cors });
  registerHealthRoutes(app, { slot, metrics, isDraining, clients: clients && (() => clientStatus(clients)) });
  if (config.graphiqlFolder) await registerGraphiqlRoutes(app, config.graphiqlFolder);
  return app;
}
