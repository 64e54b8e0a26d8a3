import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify';
import type { GraphQLError, GraphQLSchema } from 'graphql';
import mercurius from 'mercurius';
import { presentError } from '../graphql/formatErrors.js';
import type { RequestContext } from '../graphql/requestContext.js';
import { withDefaults } from '../graphql/variableDefaults.js';
import { GatewayTokenRejected } from '../identity/gatewayToken.js';
import type { Identity } from '../identity/identity.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { currentScope, runInScope } from '../requestScope.js';
import { uuidv7 } from '../uuid.js';

declare module 'fastify' {
  interface FastifyRequest {
    identity: Identity;
  }
}

export interface ServerOptions {
  schema: GraphQLSchema;
  log: Logger;
  metrics: Metrics;
  verifyToken: (token: string) => Promise<Identity>;
  createContext: (request: { identity: Identity; requestId: string }) => RequestContext;
  /** What has to answer before this process takes traffic; a name and a check each. */
  readiness: Record<string, () => Promise<unknown>>;
  requestTimeoutMs: number;
}

const BODY_LIMIT = 4 * 1024 * 1024;
const REQUEST_ID = /^[\w.:-]{1,128}$/;
/** The routes that take no token. */
const OPEN_ROUTES = new Set(['/health/live', '/health/ready', '/metrics']);

/**
 * The subgraph's HTTP server: `/graphql` for the gateway only, `/health/live`, `/health/ready` and `/metrics` for operators.
 * Whatever does not carry the gateway's token gets 401 before its body is looked at.
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const { log, metrics } = options;
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT,
    requestTimeout: options.requestTimeoutMs,
    forceCloseConnections: 'idle',
    requestIdHeader: false,
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : uuidv7();
    },
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // By the route that was found: `/%67raphql` and `http://host/graphql` get to the same one as `/graphql`.
    const route = request.routeOptions.url;
    if (route === undefined || OPEN_ROUTES.has(route)) return;
    const identity = await authenticate(request, options.verifyToken, log);
    if (identity) {
      request.identity = identity;
      return;
    }
    metrics.errors.inc({ code: 'UNAUTHENTICATED' });
    return reply
      .code(401)
      .send(errorBody('UNAUTHENTICATED', 'Only the gateway may call this service; send the request to the gateway.'));
  });

  app.addHook('preHandler', (request, _reply, done) => {
    const identity = request.identity;
    if (!identity) return done();
    runInScope({ origin: 'request', requestId: request.id, actor: { kind: identity.kind, sub: identity.sub } }, done);
  });

  app.setErrorHandler((error: Error & { statusCode?: number; errors?: unknown[] }, request, reply) => {
    if (error.errors) {
      // The operation does not parse or validate. 200 as always: the gateway reads the errors from the body.
      const errors = error.errors.map((each) => presentError(each, request.id, log));
      for (const { extensions } of errors) metrics.errors.inc({ code: String(extensions.code) });
      return reply.code(200).send({ data: null, errors });
    }
    const status = error.statusCode ?? 500;
    if (status === 413) {
      const message = `The body is larger than ${BODY_LIMIT / 1024 / 1024} MB; send less at once.`;
      return reply.code(413).send(errorBody('PAYLOAD_TOO_LARGE', message));
    }
    if (status < 500) {
      const message = 'The body has to be JSON of the form {"query", "variables", "operationName"}.';
      return reply.code(status).send(errorBody('BAD_REQUEST', message));
    }
    log.error({ err: error }, 'a request failed');
    const message = 'Something went wrong on our side. Try again; if it stays, report the request id.';
    return reply.code(500).send(errorBody('INTERNAL_SERVER_ERROR', message));
  });

  await app.register(mercurius, {
    schema: options.schema,
    jit: 1,
    path: '/graphql',
    graphiql: false,
    allowBatchedQueries: false,
    errorHandler: false,
    context: (request: FastifyRequest) =>
      options.createContext({ identity: request.identity, requestId: request.id }) as never,
    errorFormatter: (result, context) => {
      const requestId = (context as unknown as { requestId?: string }).requestId ?? currentScope()?.requestId ?? '';
      const errors = result.errors.map((error: GraphQLError) => presentError(error, requestId, log));
      for (const error of errors) metrics.errors.inc({ code: String(error.extensions.code) });
      // Always 200: the gateway reads the errors from the body.
      return { statusCode: 200, response: { data: result.data ?? null, errors, ...extensionsOf() } as never };
    },
  });
  app.graphql.addHook('preExecution', async (_schema, document, _context, variables) => ({
    variables: withDefaults(document, variables ?? {}),
  }));
  app.graphql.addHook('onResolution', async (execution) => {
    const { extensions } = extensionsOf();
    if (extensions) execution.extensions = { ...execution.extensions, ...extensions };
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url !== '/graphql') return;
    metrics.requests.observe({ outcome: reply.statusCode < 400 ? 'ok' : 'error' }, reply.elapsedTime / 1000);
    log.debug({ requestId: request.id, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
  });

  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const failing: string[] = [];
    await Promise.all(
      Object.entries(options.readiness).map(async ([name, check]) => {
        await check().catch(() => failing.push(name));
      }),
    );
    return failing.length === 0
      ? { status: 'ready' }
      : reply.code(503).send({ status: 'not ready', failing: failing.sort() });
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
  return app;
}

async function authenticate(
  request: FastifyRequest,
  verify: ServerOptions['verifyToken'],
  log: Logger,
): Promise<Identity | undefined> {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || !token) return undefined;
  try {
    return await verify(token);
  } catch (error) {
    if (!(error instanceof GatewayTokenRejected)) throw error;
    log.warn({ reason: error.message, requestId: request.id }, 'a token was refused');
    return undefined;
  }
}

/**
 * What a request's transactions changed, so that the gateway can drop exactly this from its caches (design: the way of a change), and whose personal data is answered unmasked, for
 * its audit.
 */
function extensionsOf(): { extensions?: Record<string, unknown> } {
  const { changed = [], disclosed } = currentScope() ?? {};
  const extensions = {
    ...(changed.length > 0 && { changed }),
    ...(disclosed?.size && {
      disclosed: [...disclosed.values()].map(({ fields, ...entity }) => ({ ...entity, fields: [...fields] })),
    }),
  };
  return Object.keys(extensions).length > 0 ? { extensions } : {};
}

function errorBody(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}
