import pRetry from 'p-retry';

/** One error of a GraphQL response. */
export interface GraphErrorEntry {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: { readonly code?: string; readonly retryable?: boolean; readonly [name: string]: unknown };
}

/** The graph answered with errors, or not with GraphQL at all. `codes` are the errors' codes, or `HTTP_<status>`. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly codes: readonly string[];
  readonly errors: readonly GraphErrorEntry[];
  readonly transient: boolean;

  constructor(operation: string, errors: readonly GraphErrorEntry[], transient: boolean) {
    super(`${operation}: ${errors.map((error) => error.message).join('; ')}`);
    this.errors = errors;
    this.codes = errors.map((error) => error.extensions?.code ?? 'UNKNOWN');
    this.transient = transient;
  }
}

export interface GraphClientOptions {
  readonly graphqlUrl: string;
  readonly token: string;
  /** How long a request that fails for a passing reason is repeated. Default 60,000 ms. */
  readonly retryForMs?: number;
  /** How long one attempt may take. Default 20,000 ms. */
  readonly attemptTimeoutMs?: number;
  /** Whether lists that may be some seconds old are read as they are now. Default false. */
  readonly noCache?: boolean;
  /** Told of each failed attempt that is followed by another. */
  readonly onRetry?: (error: Error) => void;
}

/** A persisted operation, called by its id. */
export interface PersistedRequest {
  readonly documentId: string;
  /** For messages. */
  readonly name: string;
}

export interface GraphClient {
  /** Sends the operation, as text or by its id, and answers its data. Throws `GraphError` when it has errors that waiting does not help against. */
  request<T>(operation: string | PersistedRequest, variables?: Record<string, unknown>): Promise<T>;
  /** The same client that gives up after `retryForMs`. */
  within(retryForMs: number): GraphClient;
  /** The same client that is answered nothing that was kept. */
  uncached(): GraphClient;
}

/** Codes of failures that pass: the operation as a whole can be sent again, because each mutation carries its idempotency key. */
const passing = new Set([
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_TIMEOUT',
  'SUBGRAPH_INVALID_RESPONSE',
  'SERVICE_UNAVAILABLE',
  'IDENTITY_UNAVAILABLE',
  'SHUTTING_DOWN',
  'DOWNSTREAM_SERVICE_ERROR',
]);

/**
 * A caller of the graph that outlasts restarts behind it: refused connections, timeouts, 5xx and errors marked as passing are
 * repeated with backoff, the same body each time. A mutation therefore needs an idempotency key or must be idempotent itself.
 */
export function createGraphClient(options: GraphClientOptions): GraphClient {
  const { retryForMs = 60_000 } = options;
  return {
    request: <T>(operation: string | PersistedRequest, variables: Record<string, unknown> = {}) =>
      pRetry(() => attempt<T>(options, operation, variables), {
        retries: Number.POSITIVE_INFINITY,
        maxRetryTime: retryForMs,
        minTimeout: 100,
        maxTimeout: 2_000,
        randomize: true,
        shouldRetry: ({ error }) => !(error instanceof GraphError) || error.transient,
        onFailedAttempt: ({ error, retryDelay }) => {
          if (retryDelay > 0) options.onRetry?.(error);
        },
      }),
    within: (ms) => createGraphClient({ ...options, retryForMs: ms }),
    uncached: () => createGraphClient({ ...options, noCache: true }),
  };
}

async function attempt<T>(
  options: GraphClientOptions,
  operation: string | PersistedRequest,
  variables: Record<string, unknown>,
): Promise<T> {
  const name = nameOf(operation);
  const response = await send(options, operation, variables, name);
  const body = (await response.json().catch(() => null)) as { data?: T; errors?: GraphErrorEntry[] } | null;
  if (body?.errors && body.errors.length > 0) {
    throw new GraphError(name, body.errors, response.status >= 500 || body.errors.some(isPassing));
  }
  if (!response.ok || !body?.data) {
    const entry = { message: `HTTP ${response.status}`, extensions: { code: `HTTP_${response.status}` } };
    throw new GraphError(name, [entry], response.status >= 500 || response.status === 429);
  }
  return body.data;
}

function nameOf(operation: string | PersistedRequest): string {
  if (typeof operation !== 'string') return operation.name;
  return /(?:query|mutation)\s+(\w+)/.exec(operation)?.[1] ?? 'operation';
}

async function send(
  options: GraphClientOptions,
  operation: string | PersistedRequest,
  variables: Record<string, unknown>,
  name: string,
): Promise<Response> {
  try {
    return await fetch(options.graphqlUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        authorization: `Bearer ${options.token}`,
        ...(options.noCache && { 'cache-control': 'no-cache' }),
      },
      body: JSON.stringify(
        typeof operation === 'string'
          ? { query: operation, variables, operationName: name === 'operation' ? undefined : name }
          : { documentId: operation.documentId, variables },
      ),
      signal: AbortSignal.timeout(options.attemptTimeoutMs ?? 20_000),
    });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const message = `the gateway at ${options.graphqlUrl} does not answer (${cause instanceof Error ? cause.message : String(cause)})`;
    throw new GraphError(name, [{ message, extensions: { code: 'UNREACHABLE' } }], true);
  }
}

function isPassing(error: GraphErrorEntry): boolean {
  return error.extensions?.retryable === true || passing.has(error.extensions?.code ?? '');
}
