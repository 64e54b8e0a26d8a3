import type { GraphQLFormattedError } from 'graphql';
import { isTransient, type Statuses, statusOfCode, titleOfCode } from './statusOfCode.js';

/** One of the errors behind a problem. */
export interface ProblemError {
  readonly code: string;
  readonly detail: string;
  /** Of an error in the graph: where in the answer. */
  readonly path?: readonly (string | number)[] | undefined;
  /** Of a fault in the request: the parameter of the path or the query, … */
  readonly parameter?: string | undefined;
  /** … the place in the body as a JSON Pointer in a fragment, … */
  readonly pointer?: string | undefined;
  /** … or the header. */
  readonly header?: string | undefined;
  /** More facts that a subgraph gave. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** A problem document (RFC 9457) with what the gateway adds. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly requestId: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly errors: readonly ProblemError[];
  /** What there is of the answer, in the form of a success. */
  readonly data?: unknown;
}

export interface ProblemContext {
  readonly requestId: string;
  /** The path below which REST is served. */
  readonly prefix: string;
  readonly statuses?: Statuses | undefined;
  /** Whether it is known that a second try does nothing twice; else what may have been done already is not called retryable. */
  readonly repeatable?: boolean;
}

const UNNAMED = 'DOWNSTREAM_SERVICE_ERROR';

/**
 * The problem that errors of a GraphQL response, or of a refusal, are. The error nearest to the root gives code and status, of several the first. `data`: what there is in spite of them.
 */
export function problemOf(errors: readonly GraphQLFormattedError[], context: ProblemContext, data?: unknown): Problem {
  const { requestId, prefix, statuses, repeatable = true } = context;
  const first = nearestToRoot(errors);
  const code = codeOf(first);
  const status = statusOfCode(code, statuses);
  const said = first?.extensions?.retryable;
  return {
    type: problemType(prefix, code),
    title: titleOfCode(code),
    status,
    detail: first?.message ?? titleOfCode(code),
    instance: `urn:request:${requestId}`,
    code,
    requestId,
    retryable: typeof said === 'boolean' ? said : isTransient(status) && repeatable,
    errors: errors.map(problemError),
    ...(data !== undefined && data !== null && { data }),
  };
}

/** What identifies a kind of problem: where the list of codes is served, and the code. */
export function problemType(prefix: string, code: string): string {
  return `${prefix}/problems#${code}`;
}

function nearestToRoot(errors: readonly GraphQLFormattedError[]): GraphQLFormattedError | undefined {
  let nearest = errors[0];
  for (const error of errors) {
    if ((error.path?.length ?? 0) < (nearest?.path?.length ?? 0)) nearest = error;
  }
  return nearest;
}

function codeOf(error: GraphQLFormattedError | undefined): string {
  const code = error?.extensions?.code;
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : UNNAMED;
}

/** Which subgraph it came from is nothing to a client of a contract. */
function problemError(error: GraphQLFormattedError): ProblemError {
  const { code: _, retryable: __, serviceName: ___, parameter, pointer, header, ...details } = error.extensions ?? {};
  return {
    code: codeOf(error),
    detail: error.message,
    ...(error.path && { path: error.path }),
    ...(typeof parameter === 'string' && { parameter }),
    ...(typeof pointer === 'string' && { pointer }),
    ...(typeof header === 'string' && { header }),
    ...(Object.keys(details).length > 0 && { details }),
  };
}
