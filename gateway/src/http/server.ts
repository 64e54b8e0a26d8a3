import { randomUUID } from 'node:crypto';
import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { type ResponseType, responseType } from './responseType.js';
import { writeRefusal } from './writeResponse.js';

const BODY_LIMIT = 1024 * 1024;
const REQUEST_ID = /^[\w.:-]{1,128}$/;
/** Slow senders are cut off; an answer may take longer than this. */
const RECEIVE_TIMEOUT_MS = 30_000;

export interface ServerOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Whether the process is about to end: what still comes over open connections is sent elsewhere. */
  readonly isDraining: () => boolean;
}

/**
 * The HTTP server without routes: request ids, security headers, limits on bodies, one error handler that writes every refusal with its code,
 * and metrics and log of each request to /graphql.
 */
export function createServer({ log, metrics, isDraining }: ServerOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: RECEIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // answered below, with a code
    exposeHeadRoutes: false, // a HEAD would execute
    requestIdHeader: false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  });
  // Browsers send text/plain from any page without asking first.
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('graphql', undefined);

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id });
    if (!isGraphQL(request)) return;
    metrics.inFlight.inc();
    // Not fastify's onResponse: it does not come when the client went away.
    reply.raw.once('close', () => report(request, reply, { log, metrics }));
    if (isDraining()) {
      const message = 'This process is about to end. Send the request again, over a new connection.';
      throw new RequestRefused('SHUTTING_DOWN', message, { headers: { 'retry-after': '1' } });
    }
  });
  app.addHook('onSend', async (_request, reply) => {
    // Else the connection is kept for another request, and closing waits for it.
    if (isDraining()) reply.header('connection', 'close');
  });

  app.setErrorHandler((error: FastifyError | RequestRefused, request, reply) => {
    const refused = error instanceof RequestRefused ? error : refusalOf(error, request, log);
    if (refused.cause && refused.code !== 'INTERNAL_SERVER_ERROR') {
      log.debug({ requestId: request.id, code: refused.code, err: refused.cause }, 'a request was refused');
    }
    request.graphql = { ...request.graphql, codes: refused.errors.map(({ extensions }) => String(extensions?.code)) };
    return writeRefusal(reply, typeForRefusal(request), refused);
  });
  app.setNotFoundHandler(() => {
    throw new RequestRefused('NOT_FOUND', 'Nothing is served at this path. Send operations to /graphql.');
  });
  return app;
}

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

function isGraphQL(request: FastifyRequest): boolean {
  return request.routeOptions.url === '/graphql';
}

/** What fastify found wrong with the request before a route saw it. */
function refusalOf(error: FastifyError, request: FastifyRequest, log: Logger): RequestRefused {
  switch (error.statusCode) {
    case 413:
      return new RequestRefused(
        'PAYLOAD_TOO_LARGE',
        `The body is larger than ${BODY_LIMIT / 1024 / 1024} MB. Send less at once.`,
      );
    case 415:
      return new RequestRefused('UNSUPPORTED_MEDIA_TYPE', 'Send the body as "content-type: application/json".');
    case 400:
      return new RequestRefused(
        'BAD_REQUEST',
        'The body has to be JSON of the form {"query", "variables", "operationName"}.',
      );
  }
  log.error({ err: error, requestId: request.id }, 'a request failed');
  return new RequestRefused(
    'INTERNAL_SERVER_ERROR',
    'Something went wrong on our side. Try again; if it stays, report the request id.',
  );
}

function typeForRefusal({ headers }: FastifyRequest): ResponseType {
  try {
    return responseType(headers.accept).type;
  } catch {
    return 'application/json';
  }
}

function report(
  request: FastifyRequest,
  reply: FastifyReply,
  { log, metrics }: Pick<ServerOptions, 'log' | 'metrics'>,
): void {
  metrics.inFlight.dec();
  const { operation, codes = [] } = request.graphql ?? {};
  const { statusCode: status, elapsedTime } = reply;
  const outcome = outcomeOf(reply, operation !== undefined, codes);
  metrics.requests.observe({ operation: operation?.type ?? 'none', outcome }, elapsedTime / 1000);
  for (const code of codes) metrics.countError(code);
  log[outcome === 'error' ? 'warn' : 'debug'](
    {
      requestId: request.id,
      status,
      outcome,
      ms: Math.round(elapsedTime),
      ...(operation && { operation: operation.name, hash: operation.hash.slice(0, 12) }),
      ...(codes.length > 0 && { codes: [...new Set(codes)] }),
    },
    'request',
  );
}

function outcomeOf(reply: FastifyReply, found: boolean, codes: readonly string[]): string {
  if (!reply.raw.writableFinished) return 'gone';
  if (reply.statusCode >= 500) return 'error';
  if (reply.statusCode >= 400 || (codes.length > 0 && !found)) return 'refused';
  return codes.length > 0 ? 'partial' : 'ok';
}
