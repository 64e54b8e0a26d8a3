import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { OperationTypeNode } from 'graphql';
import type { CompiledOperation } from '../compile/compileOperation.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { OperationResponse } from '../execute/executeOperation.js';
import type { Execute } from '../execute/shareExecutions.js';
import type { Authenticate } from '../identity/clientToken.js';
import type { Identity } from '../identity/identity.js';
import { Cancellation } from '../requestContext.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import { type GraphQLParams, paramsFromBody, paramsFromQuery } from './graphqlParams.js';
import { preventCsrf } from './preventCsrf.js';
import { type Accepted, responseType } from './responseType.js';
import { writeMultipart } from './writeMultipart.js';
import { writeResponse } from './writeResponse.js';

export interface GraphQLRouteOptions {
  readonly slot: SupergraphSlot;
  readonly authenticate: Authenticate;
  readonly execute: Execute;
  /** Counts the mutations that have been answered. */
  readonly mutations: { finished: number };
  /** Whether an identity may see how its operation is planned and executed. */
  readonly mayExplain: (identity: Identity) => boolean;
  /** Operations in one request, at most; 0: lists are refused. */
  readonly mostInBatch: number;
  readonly compressFrom: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What became of a request to /graphql, for metric and log. */
    graphql: { operation?: Pick<CompiledOperation, 'name' | 'hash' | 'type'>; codes: string[] } | undefined;
  }
}

const METHODS = 'GET, HEAD, POST, OPTIONS';

/**
 * The way of a request to /graphql: form → media type → identity → operation (prepared once) → execution → response. Each stage takes
 * values and returns values; what cannot go on is thrown as `RequestRefused` and written by the server's error handler.
 */
export function registerGraphQLRoute(app: FastifyInstance, options: GraphQLRouteOptions): void {
  app.post('/graphql', (request, reply) => answer(request, reply, paramsFromBody(request.body, options.mostInBatch)));
  app.route({
    method: ['GET', 'HEAD'],
    url: '/graphql',
    handler: (request, reply) => {
      preventCsrf(request.headers);
      return answer(request, reply, paramsFromQuery(request.query as Record<string, unknown>));
    },
  });
  app.options('/graphql', (_request, reply) => reply.code(204).header('allow', METHODS).send());
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    handler: () => {
      throw new RequestRefused('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries.', { headers: { allow: METHODS } });
    },
  });

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    params: GraphQLParams | GraphQLParams[],
  ): Promise<FastifyReply> {
    const trail: NonNullable<FastifyRequest['graphql']> = { codes: [] };
    request.graphql = trail;
    const accepted = responseType(request.headers.accept);
    const checked = options.authenticate(request.headers.authorization);
    const identity = checked instanceof Promise ? await checked : checked;
    const supergraph = inService(options.slot);
    supergraph.enter();
    try {
      if (Array.isArray(params)) {
        const list = await Promise.all(
          params.map((each) =>
            execute(supergraph, request, reply, each, identity, listed(accepted)).catch(refusedInList),
          ),
        );
        trail.codes = list.flatMap(({ codes }) => codes);
        return await write(request, reply, accepted, `[${list.map(({ json }) => json).join(',')}]`);
      }
      const response = await execute(supergraph, request, reply, params, identity, accepted);
      trail.codes = [...response.codes];
      if (!response.later && !accepted.onlyIncremental) return await write(request, reply, accepted, response.json);
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      trail.codes = await writeMultipart(reply.raw, accepted.type, response);
      return reply;
    } finally {
      supergraph.leave();
    }
  }

  async function execute(
    supergraph: Supergraph,
    request: FastifyRequest,
    reply: FastifyReply,
    { query, operationName, variables, explain }: GraphQLParams,
    identity: Identity,
    { incremental }: Accepted,
  ): Promise<OperationResponse> {
    const found = supergraph.operations.find({ text: query, name: operationName, incremental });
    const operation = found instanceof Promise ? await found : found;
    if (request.graphql) request.graphql.operation = operation;
    checkMethod(operation, request.method);
    operation.checkVariables(variables);
    const isQuery = operation.type === OperationTypeNode.QUERY;
    const response = await options.execute({
      operation,
      variables,
      context: {
        requestId: request.id,
        identity,
        headers: request.headers,
        cancellation: isQuery ? cancelledWhenGone(reply) : new Cancellation(),
        changed: [],
      },
      explain: (explain || request.headers['graphql-plan'] === 'true') && options.mayExplain(identity),
    });
    if (!isQuery) options.mutations.finished += 1;
    return response;
  }

  function write(
    request: FastifyRequest,
    reply: FastifyReply,
    { type }: Accepted,
    json: string,
  ): Promise<FastifyReply> {
    const { compressFrom } = options;
    return writeResponse(reply, json, { type, acceptEncoding: request.headers['accept-encoding'], compressFrom });
  }
}

function inService(slot: SupergraphSlot): Supergraph {
  if (slot.current) return slot.current;
  throw new RequestRefused('SHUTTING_DOWN', 'No supergraph is in service. Send the request again in a few seconds.');
}

function checkMethod({ type }: CompiledOperation, method: string): void {
  if (type === OperationTypeNode.SUBSCRIPTION) {
    throw new RequestRefused(
      'OPERATION_NOT_SUPPORTED',
      'Subscriptions are not served over plain HTTP requests. Send a query.',
    );
  }
  if (method !== 'POST' && type === OperationTypeNode.MUTATION) {
    throw new RequestRefused('METHOD_NOT_ALLOWED', 'Send mutations by POST.', { headers: { allow: 'POST' } });
  }
}

/** Responses in a list come whole. */
function listed(accepted: Accepted): Accepted {
  return { ...accepted, incremental: false };
}

/** In a list, an operation that is refused leaves the others alone. */
function refusedInList(error: unknown): OperationResponse {
  if (!(error instanceof RequestRefused)) throw error;
  const codes = error.errors.map(({ extensions }) => String(extensions?.code));
  return { json: JSON.stringify({ errors: error.errors }), codes, later: undefined };
}

/** Cancelled when the client of a query goes away before the answer. A mutation is finished: half of it may have been done already. */
function cancelledWhenGone(reply: FastifyReply): Cancellation {
  const cancellation = new Cancellation();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) cancellation.cancel();
  });
  return cancellation;
}
