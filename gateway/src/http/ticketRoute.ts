import type { FastifyInstance } from 'fastify';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Authenticate } from '../identity/clientToken.js';
import { anonymous } from '../identity/identity.js';
import type { Tickets } from '../identity/tickets.js';

export interface TicketRouteOptions {
  readonly authenticate: Authenticate;
  readonly tickets: Tickets;
}

/**
 * `POST /graphql/ticket`, with the authorization header: answers `{"ticket", "expiresInSeconds"}` for one `GET /graphql?ticket=…` as an event stream. No other page's script can cause it: it
 * cannot send the header without a preflight, which is not answered.
 */
export function registerTicketRoute(app: FastifyInstance, { authenticate, tickets }: TicketRouteOptions): void {
  app.register(async (scope) => {
    // Nothing is read of a body, whatever it is.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume();
      done(null);
    });
    scope.post('/graphql/ticket', async (request, reply) => {
      const credentials = await authenticate(request.headers.authorization);
      if (credentials.identity === anonymous) {
        const message =
          'Send the authorization header. Without one no ticket is needed: open the event stream as it is.';
        throw new RequestRefused('UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
      }
      reply.header('cache-control', 'no-store');
      return tickets.mint(credentials);
    });
  });
}
