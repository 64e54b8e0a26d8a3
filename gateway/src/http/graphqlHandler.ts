import type { IncomingMessage, ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import type { Json } from '../compile/jsonOutput.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { OperationResponse } from '../execute/executeOperation.js';
import { type Sender, type StartOptions, startOperation } from '../execute/startOperation.js';
import type { Authenticate } from '../identity/clientToken.js';
import type { Identity } from '../identity/identity.js';
import { clientAddress } from '../limits/clientAddress.js';
import { findOrSpend } from '../limits/operationLimits.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { Operation } from '../operation/operation.js';
import { manifestOf } from '../persisted/manifestOf.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import type { CorsHeaders } from './cors.js';
import type { EventStreams } from './eventStreams.js';
import { type GraphQLParams, paramsFromBody, paramsFromQuery } from './graphqlParams.js';
import { preventCsrf } from './preventCsrf.js';
import { readJsonBody } from './readJsonBody.js';
import { refusalOf } from './refusalOf.js';
import { RequestTrail } from './requestTrail.js';
import { type Accepted, responseType, wantsEventStream } from './responseType.js';
import { signIn } from './signIn.js';
import { writeCacheable } from './writeCacheable.js';
import { writeMultipart } from './writeMultipart.js';
import { writeNothing, writeRefusal, writeResponse } from './writeResponse.js';

export interface GraphQLHandlerOptions extends StartOptions {
  readonly slot: SupergraphSlot;
  readonly authenticate: Authenticate;
  /** Operations in one request, at most; 0: lists are refused. */
  readonly mostInBatch: number;
  /** Responses of at least this many bytes are compressed for clients that take it; 0: none. */
  readonly compressFrom: number;
  /** Without it, what is to be an event stream is refused. */
  readonly eventStreams?: EventStreams | undefined;
  /** Undefined: pages of other origins may not read answers. */
  readonly cors?: CorsHeaders | undefined;
  readonly trustedProxies?: number;
  /** Headers of requests that answers depend on, besides those of GraphQL over HTTP itself: caches have to know. */
  readonly varyBy?: readonly string[];
  /** Whether the process is about to end: what still comes over open connections is sent elsewhere. */
  readonly isDraining: () => boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
}

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What the answer to a GET depends on besides its URL. */
const VARY = ['accept', 'accept-encoding', 'authorization', 'graphql-plan', 'graphql-cost'];
const METHODS = 'GET, HEAD, POST, OPTIONS';

/**
 * The way of a request to /graphql: form → media type → identity → operation (prepared once) → execution → response. Each stage takes
 * values and returns values; what cannot go on is thrown as `RequestRefused` and written at one place. On Node's own request and response: through a framework's hooks
 * and replies a small query took a fifth more time.
 */
export function createGraphQLHandler(options: GraphQLHandlerOptions): HttpHandler {
  const { log, metrics } = options;
  const varyBy = [...VARY, ...(options.varyBy ?? [])];

  return (request, response) => {
    const trail = new RequestTrail(request, response, metrics, log);
    // Of refusals too, which else no page could read.
    if (options.cors) setHeaders(response, options.cors(request.method, request.headers));
    answer(request, response, trail).catch((error: unknown) => {
      const refused = error instanceof RequestRefused ? error : refusalOf(error, trail.id, log);
      if (refused.cause && refused.code !== 'INTERNAL_SERVER_ERROR') {
        log.debug({ requestId: trail.id, code: refused.code, err: refused.cause }, 'a request was refused');
      }
      trail.codes = refused.errors.map(({ extensions }) => String(extensions?.code));
      if (response.headersSent) response.destroy();
      else writeRefusal(response, trail, request.headers.accept, refused);
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse, trail: RequestTrail): Promise<void> {
    trail.closeAfter = options.isDraining();
    if (trail.closeAfter) {
      const message = 'This process is about to end. Send the request again, over a new connection.';
      throw new RequestRefused('SHUTTING_DOWN', message, { headers: { 'retry-after': '1' } });
    }
    if (request.method === 'OPTIONS') return writeNothing(response, trail, { allow: METHODS });
    const params = await readParams(request, options.mostInBatch);
    const accepted = responseType(request.headers.accept);
    if (accepted.onlyEventStream) return await eventStreams().answer(params, request, response, trail);
    const checked = signIn(request, options);
    const { identity, keyPrefix } = checked instanceof Promise ? await checked : checked;
    const supergraph = inService(options.slot);
    const call = { request, response, trail, supergraph, identity, keyPrefix, accepted };
    if (Array.isArray(params)) return await answerList(params, call);
    const found = findOrSpend(
      () => find(params, call),
      options.admit,
      () => senderOf(call),
    );
    const operation = found instanceof Promise ? await found : found;
    if (accepted.eventStream && operation.type === OperationTypeNode.SUBSCRIPTION) {
      return await eventStreams().answer(params, request, response, trail);
    }
    supergraph.enter();
    try {
      const result = await executeOne(operation, params, call);
      trail.codes = result.codes;
      if (result.later || accepted.onlyIncremental) trail.codes = await writeMultipart(response, trail, result);
      else if (request.method === 'POST' || result.codes.length > 0) await write(call, result.json);
      else await writeForCaches(operation, params, call, result.json);
    } finally {
      supergraph.leave();
    }
  }

  async function answerList(list: readonly GraphQLParams[], call: Call): Promise<void> {
    const { supergraph } = call;
    // Responses in a list come whole.
    const whole = { ...call, accepted: { ...call.accepted, incremental: false } };
    const one = async (params: GraphQLParams) =>
      executeOne(
        await findOrSpend(
          () => find(params, whole),
          options.admit,
          () => senderOf(whole),
        ),
        params,
        whole,
      );
    supergraph.enter();
    try {
      const results = await Promise.all(list.map((params) => one(params).catch(refusedInList)));
      call.trail.codes = results.flatMap(({ codes }) => codes);
      await write(call, `[${results.map(({ json }) => String(json)).join(',')}]`);
    } finally {
      supergraph.leave();
    }
  }

  function find(
    params: GraphQLParams,
    { trail, supergraph, identity, accepted }: Call,
  ): Operation | Promise<Operation> {
    const found = options.findOperation(params, identity, supergraph, accepted.incremental);
    if (found instanceof Promise) {
      return found.then((operation) => {
        trail.operation = operation;
        return operation;
      });
    }
    trail.operation = found;
    return found;
  }

  function executeOne(operation: Operation, params: GraphQLParams, call: Call): Promise<OperationResponse> {
    const { variables, explain } = params;
    const { method, headers } = call.request;
    checkMethod(operation, method);
    const explained = explain || headers['graphql-plan'] === 'true';
    const sender = senderOf(call);
    const manifest = params.persisted && options.audit && manifestOf(params, call.identity, call.supergraph);
    return startOperation(operation, variables, explained, manifest ? { ...sender, manifest } : sender, options);
  }

  function senderOf({ request, trail, identity, keyPrefix }: Call): Sender {
    const { headers } = request;
    // Now: a connection that has been closed does not know it any more.
    const address = options.admit || options.audit ? clientAddress(request, options.trustedProxies ?? 0) : undefined;
    const sender = { requestId: trail.id, identity, headers, gone: trail.gone, address, keyPrefix };
    if (!options.admit) return sender;
    return {
      ...sender,
      tell: (left) => {
        trail.told = left;
      },
    };
  }

  function eventStreams(): EventStreams {
    if (options.eventStreams) return options.eventStreams;
    throw new RequestRefused('NOT_ACCEPTABLE', 'Event streams are not served. Accept application/json.');
  }

  function writeForCaches(
    operation: Operation,
    { variables, explain }: GraphQLParams,
    { request, response, trail, accepted }: Call,
    json: Json,
  ): Promise<void> {
    trail.closeAfter ||= options.isDraining();
    const { headers } = request;
    const ofThisOne = explain || headers['graphql-plan'] !== undefined || headers['graphql-cost'] !== undefined;
    return writeCacheable(response, trail, json, {
      type: accepted.type,
      acceptEncoding: headers['accept-encoding'],
      compressFrom: options.compressFrom,
      // Figures of this one execution may stand in it.
      cacheControl: ofThisOne ? 'no-store' : operation.cacheControl(variables),
      ifNoneMatch: headers['if-none-match'],
      varyBy,
    });
  }

  function write(
    { request, response, trail, accepted }: Pick<Call, 'request' | 'response' | 'trail' | 'accepted'>,
    json: Json,
  ): Promise<void> | void {
    trail.closeAfter ||= options.isDraining();
    const acceptEncoding = request.headers['accept-encoding'];
    return writeResponse(response, trail, json, {
      type: accepted.type,
      acceptEncoding,
      compressFrom: options.compressFrom,
    });
  }
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

/** What one request goes on with once it is known who sends it. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly trail: RequestTrail;
  readonly supergraph: Supergraph;
  readonly identity: Identity;
  readonly keyPrefix: string | undefined;
  readonly accepted: Accepted;
}

function readParams(
  request: IncomingMessage,
  mostInBatch: number,
): GraphQLParams | GraphQLParams[] | Promise<GraphQLParams | GraphQLParams[]> {
  switch (request.method) {
    case 'POST':
      return readJsonBody(request).then((body) => paramsFromBody(body, mostInBatch));
    case 'GET':
    case 'HEAD':
      // An event stream by GET serves only subscriptions, which change nothing, and only their own page's script can read it.
      if (!wantsEventStream(request.headers.accept)) preventCsrf(request.headers);
      return paramsFromQuery(Object.fromEntries(new URL(request.url ?? '/', 'http://gateway').searchParams));
  }
  throw new RequestRefused('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries.', { headers: { allow: METHODS } });
}

export function inService(slot: SupergraphSlot): Supergraph {
  if (slot.current) return slot.current;
  throw new RequestRefused('SHUTTING_DOWN', 'No supergraph is in service. Send the request again in a few seconds.');
}

function checkMethod({ type }: Operation, method: string | undefined): void {
  if (type === OperationTypeNode.SUBSCRIPTION) {
    throw new RequestRefused(
      'OPERATION_NOT_SUPPORTED',
      'Subscriptions are served as event streams, with "accept: text/event-stream", and over WebSockets.',
    );
  }
  if (method !== 'POST' && type === OperationTypeNode.MUTATION) {
    throw new RequestRefused('METHOD_NOT_ALLOWED', 'Send mutations by POST.', { headers: { allow: 'POST' } });
  }
}

/** In a list, an operation that is refused leaves the others alone. */
function refusedInList(error: unknown): OperationResponse {
  if (!(error instanceof RequestRefused)) throw error;
  const codes = error.errors.map(({ extensions }) => String(extensions?.code));
  return { json: JSON.stringify({ errors: error.errors }), codes, later: undefined };
}
