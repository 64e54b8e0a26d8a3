import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLFormattedError } from 'graphql';
import type { Manifest } from '../clients/clientDirectory.js';
import { RequestRefused } from '../errors/requestRefused.js';
import { type Sender, type StartOptions, startOperation } from '../execute/startOperation.js';
import type { CorsHeaders } from '../http/cors.js';
import { type HttpHandler, inService } from '../http/graphqlHandler.js';
import { refusalOf } from '../http/refusalOf.js';
import { RequestTrail } from '../http/requestTrail.js';
import { signIn } from '../http/signIn.js';
import type { Authenticate } from '../identity/clientToken.js';
import type { Identity } from '../identity/identity.js';
import { clientAddress } from '../limits/clientAddress.js';
import { REFUSED } from '../limits/operationLimits.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { Operation } from '../operation/operation.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import { OpenApiDocuments } from './openApi/openApiDocuments.js';
import { type Problem, type ProblemContext, problemOf } from './problem.js';
import { listProblems } from './problemList.js';
import { IDEMPOTENCY_VARIABLE } from './readInputs.js';
import { bodyOf, checkEncoding, idempotencyKeyOf, originOf, type RestSettings } from './readRequest.js';
import { restAnswer } from './restAnswer.js';
import type { RestMetrics } from './restMetrics.js';
import type { RestOperation } from './restOperation.js';
import { type Found, LONGEST_URL } from './routeTable.js';
import { RouteTables } from './routeTables.js';
import { writeEmpty, writeProblem, writeRest } from './writeRest.js';

export interface RestHandlerOptions extends StartOptions {
  readonly settings: RestSettings;
  readonly slot: SupergraphSlot;
  readonly authenticate: Authenticate;
  /** Whether there are manifests to come. */
  readonly expectsManifests: boolean;
  /** The name of the header that carries a client's key. */
  readonly keyHeader: string;
  /** Whether the documentation is for everybody, or for who has a key. */
  readonly openDocumentation: boolean;
  readonly compressFrom: number;
  readonly cors?: CorsHeaders | undefined;
  readonly trustedProxies?: number;
  readonly isDraining: () => boolean;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly restMetrics: RestMetrics;
}

/** Seconds. What is there again soon, and what a subgraph limits for reasons of its own. */
const RETRY_AFTER: Readonly<Record<number, string>> = { 503: '1', 429: '60' };

/** One request, with what is known of it. */
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly trail: RequestTrail;
  readonly path: string;
  readonly query: string;
  /** Once it has been found. */
  operation?: RestOperation;
  /** Whether a second try is known to do nothing twice. */
  repeatable: boolean;
  /** Of the key by which the sender has authenticated itself. */
  keyPrefix?: string | undefined;
}

/**
 * The way of a request below the prefix: who sends it → which of the sender's routes it is for → variables → the persisted operation → execution as at /graphql → the value of its root field, or a problem document. Whatever cannot go on is
 * thrown as `RequestRefused` and written at one place.
 */
export function createRestHandler(options: RestHandlerOptions): HttpHandler {
  const { log, metrics, restMetrics, settings, trustedProxies = 0 } = options;
  const { prefix } = settings;
  const tables = new RouteTables(log);
  const documents = new OpenApiDocuments({ ...settings, keyHeader: options.keyHeader });

  return (request, response) => {
    const trail = new RequestTrail(request, response, metrics, log);
    const url = request.url ?? prefix;
    const mark = url.indexOf('?');
    const path = (mark < 0 ? url : url.slice(0, mark)).slice(prefix.length);
    const query = mark < 0 ? '' : url.slice(mark + 1);
    const call: Call = { request, response, trail, path, query, repeatable: true };
    if (options.cors) setHeaders(response, options.cors(request.method, request.headers));
    response.once('close', () => restMetrics.count(call.operation, response));
    answer(call).catch((error: unknown) => refuse(call, error));
  };

  function refuse({ request, response, trail, operation, repeatable }: Call, error: unknown): void {
    const refused = error instanceof RequestRefused ? error : refusalOf(error, trail.id, log);
    if (refused.cause && refused.code !== 'INTERNAL_SERVER_ERROR') {
      log.debug({ requestId: trail.id, code: refused.code, err: refused.cause }, 'a request was refused');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const known = contextOf(trail.id, operation, repeatable);
    const problem = problemOf(refused.errors, known);
    // Several faults of one kind have a sentence of their own.
    const told = refused.errors.length > 1 ? { ...problem, detail: refused.message } : problem;
    tell(request, response, trail, told, refused.headers);
  }

  function tell(
    request: IncomingMessage,
    response: ServerResponse,
    trail: RequestTrail,
    problem: Problem,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    trail.codes = problem.errors.map(({ code }) => code);
    const seconds = RETRY_AFTER[problem.status];
    const wait: Record<string, string> = seconds === undefined ? {} : { 'retry-after': seconds };
    writeProblem(request, response, trail, problem, { ...wait, ...headers });
  }

  function contextOf(requestId: string, operation: RestOperation | undefined, repeatable: boolean): ProblemContext {
    return { requestId, prefix, statuses: operation?.statuses, repeatable };
  }

  async function answer(call: Call): Promise<void> {
    const { request, response, trail, path } = call;
    trail.closeAfter = options.isDraining();
    if (trail.closeAfter) {
      const message = 'This process is about to end. Send the request again, over a new connection.';
      throw new RequestRefused('SHUTTING_DOWN', message, { headers: { 'retry-after': '1' } });
    }
    if (request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined) {
      // A browser's question before the request; it carries no key.
      return writeEmpty(request, response, trail, {});
    }
    if ((request.url ?? '').length > LONGEST_URL)
      throw new RequestRefused('URI_TOO_LONG', `Path and query string have more than ${LONGEST_URL} characters.`);
    checkEncoding(path);
    const { identity, keyPrefix } = await signIn(request, options);
    call.keyPrefix = keyPrefix;
    const supergraph = inService(options.slot);
    if (options.expectsManifests && !supergraph.persisted.snapshot) {
      const message = 'What clients have been promised has not been read yet. Send the request again in a few seconds.';
      throw new RequestRefused('CLIENTS_UNAVAILABLE', message);
    }
    if (path === '/problems' || path === '/openapi.json') return await document(call, identity, supergraph);
    supergraph.enter();
    try {
      await serve(call, identity, supergraph);
    } finally {
      supergraph.leave();
    }
  }

  async function serve(call: Call, identity: Identity, supergraph: Supergraph): Promise<void> {
    const { request, response, trail } = call;
    const sender = senderOf(call, identity);
    let variables: Record<string, unknown>;
    let operation: Operation;
    try {
      const found = route(call, identity, supergraph);
      if (request.method === 'OPTIONS') {
        const allowed = 'allowed' in found ? found.allowed : [];
        return writeEmpty(request, response, trail, { allow: allowed.join(', ') });
      }
      if (!('operation' in found)) {
        const message = `This path takes ${found.allowed.join(', ')}.`;
        throw new RequestRefused('METHOD_NOT_ALLOWED', message, { headers: { allow: found.allowed.join(', ') } });
      }
      call.operation = found.operation;
      operation = operationOf(found.operation, supergraph);
      trail.operation = operation;
      variables = await variablesOf(call, found.operation, found.parameters);
    } catch (error) {
      // It is paid for with the one point that every request costs.
      await options.admit?.(REFUSED, {}, sender);
      throw error;
    }
    const rest = call.operation;
    call.repeatable = operation.type === 'query' || typeof variables[IDEMPOTENCY_VARIABLE] === 'string';
    const result = await startOperation(operation, variables, false, { ...sender, manifest: rest.client }, options);
    const plain =
      result.codes.length === 0 && operation.type === 'query' && request.headers['graphql-cost'] === undefined;
    const answered = restAnswer(rest, result.json, plain);
    trail.closeAfter ||= options.isDraining();
    if (answered.kind === 'missing') throw new RequestRefused('NOT_FOUND', 'There is nothing of this kind here.');
    if (answered.kind === 'errors') return failed(call, rest, answered.errors, answered.data);
    const status = rest.route.status ?? 200;
    const tagged = rest.route.method === 'GET';
    await writeRest(request, response, trail, { status, json: answered.json, tagged }, options.compressFrom);
  }

  function failed(
    { request, response, trail, repeatable }: Call,
    operation: RestOperation,
    errors: readonly GraphQLFormattedError[],
    data: unknown,
  ): void {
    // Whoever asks over REST has never heard of the root field.
    const told = operation.onlyField === undefined ? errors : errors.map(belowRoot);
    tell(request, response, trail, problemOf(told, contextOf(trail.id, operation, repeatable), data));
  }

  /** What stands at the path for this caller. Throws NOT_FOUND; UNAUTHENTICATED where nobody has said who they are. */
  function route({ request, path }: Call, identity: Identity, supergraph: Supergraph): Found {
    const all = tables.of(supergraph, supergraph.persisted.manifestsOf(identity));
    // A method that nobody has a route for asks for those that there are.
    const method = request.method ?? 'GET';
    let otherwise: Found | undefined;
    for (const table of all) {
      const found = table.find(method, path);
      if (found && 'operation' in found) return found;
      otherwise ??= found;
    }
    if (otherwise) return otherwise;
    if (identity.kind === 'ANONYMOUS') throw unauthenticated();
    throw new RequestRefused('NOT_FOUND', `Nothing of yours is served at this path. See ${prefix}/openapi.json.`);
  }

  function operationOf({ client, id, name }: RestOperation, supergraph: Supergraph): Operation {
    const operation = supergraph.persisted.findIn(client, id);
    if (operation) return operation;
    throw new RequestRefused('OPERATION_NOT_SUPPORTED', `The operation ${name} cannot be served at the moment.`);
  }

  async function variablesOf(
    { request, query }: Call,
    operation: RestOperation,
    path: Readonly<Record<string, string | undefined>>,
  ): Promise<Record<string, unknown>> {
    const body = await bodyOf(request, operation);
    return operation.readInputs({ path, query, body, idempotencyKey: idempotencyKeyOf(request) });
  }

  function senderOf({ request, response, trail, keyPrefix }: Call, identity: Identity): Sender {
    const { headers } = request;
    const address = options.admit || options.audit ? clientAddress(request, trustedProxies) : undefined;
    const sender = { requestId: trail.id, identity, headers, gone: trail.gone, address, keyPrefix };
    const ofRest = { ...sender, transport: 'rest' as const };
    return options.admit ? { ...ofRest, tell: (left) => setHeaders(response, left) } : ofRest;
  }

  /** What there is besides the routes: the documentation, and the list of problems. */
  async function document(call: Call, identity: Identity, supergraph: Supergraph): Promise<void> {
    const { request, response, trail, path } = call;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const headers = { allow: 'GET, HEAD, OPTIONS' };
      if (request.method === 'OPTIONS') return writeEmpty(request, response, trail, headers);
      throw new RequestRefused('METHOD_NOT_ALLOWED', 'This path takes GET.', { headers });
    }
    const isKnown = identity.kind !== 'ANONYMOUS';
    if (!isKnown && !options.openDocumentation && path === '/openapi.json') throw unauthenticated();
    await options.admit?.(REFUSED, {}, senderOf(call, identity));
    // Whoever has not said who they are sees what is for a whole kind, and nothing that is for single clients.
    const manifests = isKnown
      ? supergraph.persisted.manifestsOf(identity)
      : options.openDocumentation
        ? openManifests(supergraph)
        : [];
    const all = tables.of(supergraph, manifests);
    const json =
      path === '/problems'
        ? JSON.stringify(listProblems(prefix, all))
        : documents.write(supergraph, all, originOf(request, settings, trustedProxies));
    await writeRest(request, response, trail, { status: 200, json, tagged: true }, options.compressFrom);
  }

  function unauthenticated(): RequestRefused {
    const message = `Send your key as "${options.keyHeader}", or a token as "authorization: Bearer <token>".`;
    return new RequestRefused('UNAUTHENTICATED', message, { headers: { 'www-authenticate': 'Bearer' } });
  }
}

/** The manifests that are for a whole kind. */
function openManifests({ persisted }: Supergraph): Manifest[] {
  const all = [...(persisted.snapshot?.manifests.values() ?? [])];
  return all.filter(({ identities }) => identities.some((each) => !each.includes(':')));
}

function belowRoot(error: GraphQLFormattedError): GraphQLFormattedError {
  return error.path ? { ...error, path: error.path.slice(1) } : error;
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}
