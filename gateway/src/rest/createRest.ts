import type { GatewayConfig } from '../config.js';
import type { StartOptions } from '../execute/startOperation.js';
import { createCors } from '../http/cors.js';
import type { ServerOptions } from '../http/server.js';
import { IDEMPOTENCY_HEADER } from './readInputs.js';
import { createRestHandler, type RestHandlerOptions } from './restHandler.js';
import { createRestMetrics } from './restMetrics.js';

type Parts = Pick<
  RestHandlerOptions,
  'slot' | 'authenticate' | 'expectsManifests' | 'isDraining' | 'log' | 'metrics'
> & { readonly config: GatewayConfig; readonly starting: StartOptions };

/** Wires REST for the HTTP server; undefined where it is off. */
export function createRest({ config, starting, ...parts }: Parts): ServerOptions['rest'] {
  const { rest: settings, clients, cors } = config;
  if (!settings) return undefined;
  const { keyHeader } = clients;
  const handle = createRestHandler({
    ...starting,
    ...parts,
    settings,
    keyHeader,
    openDocumentation: config.access.introspectionScope === undefined,
    compressFrom: config.compressFrom,
    trustedProxies: config.limits.trustedProxies,
    cors:
      cors &&
      createCors({
        ...cors,
        headers: [...cors.headers, keyHeader, IDEMPOTENCY_HEADER.toLowerCase(), 'if-none-match'],
        methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      }),
    restMetrics: createRestMetrics(parts.metrics.registry),
  });
  return { prefix: settings.prefix, handle };
}
