import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, LogController } from 'fastify';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Logger } from '../log.js';
import type { HttpHandler } from './graphqlHandler.js';
import { refusalOf } from './refusalOf.js';
import { requestIdOf } from './requestTrail.js';
import { wantsPage } from './responseType.js';
import { securityHeaders } from './writeResponse.js';

/** Slow senders are cut off; an answer may take longer than this. */
const RECEIVE_TIMEOUT_MS = 30_000;
/** Longer than load balancers and clients keep connections that are not used (60 s and less): who closes them is never who is about to be sent something. */
const KEEP_ALIVE_MS = 75_000;

export interface ServerOptions {
  readonly log: Logger;
  /** Answers what is sent to /graphql. */
  readonly graphql: HttpHandler;
  /** Answers what is sent to a prefix of its own and below it. */
  readonly rest?: { readonly prefix: string; readonly handle: HttpHandler } | undefined;
  /** Takes what is to become a WebSocket at /graphql; without it WebSockets are not served. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Whether browsers that ask for HTML at /graphql are answered by a route. */
  readonly hasPage: boolean;
  readonly isDraining: () => boolean;
}

/** The HTTP server: /graphql and REST go straight to their handlers, everything else to fastify's routes, which have request ids, security headers and one error handler. */
export function createServer({ log, graphql, rest, upgrade, hasPage, isDraining }: ServerOptions): FastifyInstance {
  const open = new Set<Socket>();
  const app = fastify({
    serverFactory: (others) => {
      const settings = {
        requestTimeout: RECEIVE_TIMEOUT_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        noDelay: true,
        // Of two `authorization` headers Node would take the first, and a proxy before it maybe the other. Joined they are no token at all.
        joinDuplicateHeaders: true,
        // Others, such as to HTTP/2, are ignored and the request answered.
        shouldUpgradeCallback: ({ headers, url }: IncomingMessage) =>
          upgrade !== undefined && isGraphQL(url) && headers.upgrade?.toLowerCase() === 'websocket',
      };
      const server = createHttpServer(settings, (request, response) => {
        const isPage = hasPage && request.method === 'GET' && wantsPage(request.headers.accept);
        if (isGraphQL(request.url) && !isPage) graphql(request, response);
        else if (rest && isBelow(rest.prefix, request.url)) rest.handle(request, response);
        else others(request, response);
      });
      if (upgrade) server.on('upgrade', upgrade);
      server.on('connection', (socket) => {
        open.add(socket);
        socket.once('close', () => open.delete(socket));
      });
      return server;
    },
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    return503OnClosing: false, // health checks have their own answer
    exposeHeadRoutes: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => requestIdOf(headers),
  });

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...securityHeaders, 'x-request-id': request.id });
  });
  app.addHook('onSend', async (_request, reply) => {
    // Else the connection is kept for another request, and closing waits for it.
    if (isDraining()) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    // Browsers open connections ahead. To Node one that has sent nothing yet is not idle, and closing would wait for it.
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  });
  app.setErrorHandler((error: FastifyError | RequestRefused, request, reply) => {
    const refused = error instanceof RequestRefused ? error : refusalOf(error, request.id, log);
    return reply.code(refused.status('application/json')).headers(refused.headers).send({ errors: refused.errors });
  });
  app.setNotFoundHandler(() => {
    throw new RequestRefused('NOT_FOUND', 'Nothing is served at this path. Send operations to /graphql.');
  });
  return app;
}

function isGraphQL(url: string | undefined): boolean {
  return url === '/graphql' || url?.startsWith('/graphql?') === true;
}

function isBelow(prefix: string, url = ''): boolean {
  const next = url.charAt(prefix.length);
  return url.startsWith(prefix) && (next === '/' || next === '?' || next === '');
}
