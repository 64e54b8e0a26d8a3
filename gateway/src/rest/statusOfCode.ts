import { type ErrorCode, errorCodes } from '../errors/errorCodes.js';

/** Statuses that a client's manifest has for codes of errors. */
export type Statuses = Readonly<Record<string, number>>;

/**
 * What the gateway's own codes mean where there is no GraphQL around the answer, as far as it is another status than at /graphql: an operation that is not planned or does not fit the schema
 * any more was promised, so its caller did nothing wrong; and what a subgraph failed at is no success.
 */
const ownStatuses: Partial<Record<ErrorCode, number>> = {
  GRAPHQL_PARSE_FAILED: 500,
  GRAPHQL_VALIDATION_FAILED: 500,
  OPERATION_RESOLUTION_FAILURE: 500,
  OPERATION_NOT_SUPPORTED: 500,
  PLANNING_TIMEOUT: 503,
  SUBGRAPH_UNAVAILABLE: 503,
  SUBGRAPH_TIMEOUT: 503,
  SUBGRAPH_OVERLOADED: 503,
  SUBGRAPH_RESPONSE_TOO_LARGE: 502,
  SUBGRAPH_REFUSED: 502,
  SUBGRAPH_INVALID_RESPONSE: 502,
  SUBGRAPH_INVALID_VALUE: 502,
  NULL_IN_NON_NULL_FIELD: 502,
  DOWNSTREAM_SERVICE_ERROR: 502,
};

/** Codes that subgraphs use everywhere, whatever they are about. */
export const wellKnownCodes: Readonly<Record<string, { status: number; title: string }>> = {
  FORBIDDEN: { status: 403, title: 'The caller is known but may not do this.' },
  CONFLICT: { status: 409, title: 'The state changed in the meantime.' },
  IDEMPOTENCY_KEY_REUSED: { status: 409, title: 'The idempotency key was used before with another request.' },
  PAGE_TOO_LARGE: { status: 400, title: 'The page asked for is larger than the limit.' },
  SERVICE_UNAVAILABLE: { status: 503, title: 'A service cannot answer at the moment.' },
};

/** A code that nobody gave a status: the request was understood and refused. */
const OTHERWISE = 422;

/** The HTTP status for a code of an error: the manifest's, else the gateway's, else what codes of subgraphs mean everywhere, else 422. */
export function statusOfCode(code: string, statuses: Statuses = {}): number {
  if (Object.hasOwn(statuses, code)) return statuses[code] ?? OTHERWISE;
  if (Object.hasOwn(errorCodes, code)) {
    const own = code as ErrorCode;
    return ownStatuses[own] ?? (errorCodes[own].status >= 400 ? errorCodes[own].status : 500);
  }
  if (Object.hasOwn(wellKnownCodes, code)) return wellKnownCodes[code]?.status ?? OTHERWISE;
  return OTHERWISE;
}

/** Statuses with which the same request may succeed later. */
const transient = new Set([429, 503]);

/** What a status says by itself about another try. */
export function isTransient(status: number): boolean {
  return transient.has(status);
}

/** What a code means, the same whenever it comes: the gateway's words for its own, else the code's own. */
export function titleOfCode(code: string): string {
  if (Object.hasOwn(errorCodes, code)) return errorCodes[code as ErrorCode].meaning;
  if (Object.hasOwn(wellKnownCodes, code)) return wellKnownCodes[code]?.title ?? code;
  const words = code.toLowerCase().replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
