import type { FastifyInstance } from 'fastify';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Authenticate } from '../identity/clientToken.js';
import { anonymous } from '../identity/identity.js';
import type { Tickets } from '../identity/tickets.js';
import type { CorsHeaders } from './cors.js';

export interface TicketRouteOptions {
  readonly authenticate: Authenticate;
  readonly tickets: Tickets;
  readonly cors?: CorsHeaders | undefined;
}

/**
 * `POST /graphql/ticket`, with the headers of an authenticated request: answers `{"ticket", "expiresInSeconds"}` for one `GET /graphql?ticket=…` as an event stream. No other page's script can cause it: it
 * cannot send the header without a preflight, which is answered only for the origins in CORS_ORIGINS.
 */
export function registerTicketRoute(app: FastifyInstance, { authenticate, tickets, cors }: TicketRouteOptions): void {
  app.register(async (scope) => {
    // Nothing is read of a body, whatever it is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume();
      done(null);
    });
    if (cors) {
      scope.addHook('onRequest', async ({ method, headers }, reply) => {
        reply.headers(cors(method, headers));
      });
      scope.options('/graphql/ticket', async (_request, reply) =>
        reply.code(204).header('allow', 'POST, OPTIONS').send(),
      );
    }
    scope.post('/graphql/ticket', async (request, reply) => {
      const credentials = await authenticate(request.headers);
      if (credentials.identity === anonymous) {
        const message =
          'Send the headers by which you are known. Without one no ticket is needed: open the event stream as it is.';
        throw new RequestRefused('UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
      }
      reply.header('cache-control', 'no-store');
      return tickets.mint(credentials);
    });
  });
}
