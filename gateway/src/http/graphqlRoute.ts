import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import { RequestRefused } from '../errors/requestRefused.js';
import { executeOperation } from '../execution/executeOperation.js';
import type { Authenticate } from '../identity/clientToken.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { PreparedOperation } from '../operation/prepareDocument.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import { type GraphQLParams, paramsFromBody, paramsFromQuery } from './graphqlParams.js';
import { preventCsrf } from './preventCsrf.js';
import { responseType } from './responseType.js';
import { writeResponse } from './writeResponse.js';

export interface GraphQLRouteOptions {
  readonly slot: SupergraphSlot;
  readonly authenticate: Authenticate;
  readonly log: Logger;
  readonly metrics: Metrics;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What became of a request to /graphql, for metric and log. */
    graphql: { operation?: PreparedOperation; codes: string[] } | undefined;
  }
}

/**
 * The way of a request to /graphql: form → media type → identity → operation (parsed and validated once) → execution → response. Each stage takes
 * values and returns values; what cannot go on is thrown as `RequestRefused` and written by the server's error handler.
 */
export function registerGraphQLRoute(app: FastifyInstance, options: GraphQLRouteOptions): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, readParams: () => GraphQLParams) => {
    const trail: FastifyRequest['graphql'] = { codes: [] };
    request.graphql = trail;
    const type = responseType(request.headers.accept);
    const { query, operationName, variables } = readParams();
    const identity = await options.authenticate(request.headers.authorization);
    const { executor, operations } = inService(options.slot);
    const operation = operations.find(query, operationName);
    trail.operation = operation;
    checkMethod(operation, request.method);
    const response = await executeOperation(
      executor,
      {
        operation,
        variables,
        context: { requestId: request.id, identity, signal: goneSignal(operation, reply), changed: [] },
      },
      options.log,
    );
    trail.codes = (response.errors ?? []).map((error) => String(error.extensions?.code));
    return writeResponse(reply, type, response);
  };

  app.post('/graphql', (request, reply) => answer(request, reply, () => paramsFromBody(request.body)));
  app.get('/graphql', (request, reply) =>
    answer(request, reply, () => {
      preventCsrf(request.headers);
      return paramsFromQuery(request.query as Record<string, unknown>);
    }),
  );
  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD'],
    url: '/graphql',
    handler: () => {
      throw new RequestRefused('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries.', {
        headers: { allow: 'GET, POST' },
      });
    },
  });
}

function inService(slot: SupergraphSlot) {
  if (slot.current) return slot.current;
  throw new RequestRefused('SHUTTING_DOWN', 'No supergraph is in service. Send the request again in a few seconds.');
}

function checkMethod({ definition }: PreparedOperation, method: string): void {
  if (definition.operation === OperationTypeNode.SUBSCRIPTION) {
    throw new RequestRefused(
      'OPERATION_NOT_SUPPORTED',
      'Subscriptions are not served over plain HTTP requests. Send a query.',
    );
  }
  if (method === 'GET' && definition.operation === OperationTypeNode.MUTATION) {
    throw new RequestRefused('METHOD_NOT_ALLOWED', 'Send mutations by POST.', { headers: { allow: 'POST' } });
  }
}

/** Fires when the client of a query goes away before the answer. A mutation is finished: half of it may have been done already. */
function goneSignal({ definition }: PreparedOperation, reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  if (definition.operation === OperationTypeNode.QUERY) {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
    });
  }
  return gone.signal;
}
