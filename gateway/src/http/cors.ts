import type { IncomingHttpHeaders } from 'node:http';

export interface CorsOptions {
  /** The origins whose pages may read answers; `*`: all. */
  readonly origins: '*' | ReadonlySet<string>;
  /** Request headers that pages may send besides those that are always allowed, in lower case. */
  readonly headers: readonly string[];
  /** How long a browser may remember what it was allowed. */
  readonly maxAgeSeconds: number;
  /** What pages may send; GET and POST unless given. */
  readonly methods?: readonly string[];
}

/** The headers by which a response tells browsers who may read it, for a request with this method and these headers. */
export type CorsHeaders = (
  method: string | undefined,
  headers: IncomingHttpHeaders,
) => Readonly<Record<string, string>>;

/** What clients of this gateway send that the Fetch standard does not let through by itself. */
const REQUEST_HEADERS = [
  'content-type',
  'authorization',
  'x-request-id',
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'graphql-plan',
  'graphql-cost',
  'cache-control',
  'last-event-id',
];
/** What pages may read of a response besides what the Fetch standard lets them. */
const EXPOSED = [
  'x-request-id',
  'etag',
  'x-cursor',
  'retry-after',
  'ratelimit',
  'ratelimit-policy',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
].join(', ');

/**
 * Cross-origin requests by the Fetch standard's CORS protocol, without credentials: the gateway takes no cookies. An origin that is not allowed gets its answer without these headers, and its browser keeps it from the page; what needs a
 * preflight is not sent at all.
 */
export function createCors({ origins, headers: more, maxAgeSeconds, methods }: CorsOptions): CorsHeaders {
  const preflight = {
    'access-control-allow-methods': (methods ?? ['GET', 'POST']).join(', '),
    // By name: `*` would not stand for `authorization`.
    'access-control-allow-headers': [...new Set([...REQUEST_HEADERS, ...more])].join(', '),
    'access-control-max-age': String(maxAgeSeconds),
  };
  const exposed = { 'access-control-expose-headers': EXPOSED };
  // Also where there is no origin, or another: a cache must not give that answer to a page that is allowed.
  const vary: Record<string, string> = origins === '*' ? {} : { vary: 'origin' };

  return (method, headers) => {
    const { origin } = headers;
    if (origin === undefined) return vary;
    if (origins !== '*' && !origins.has(origin)) return vary;
    const isPreflight = method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
    return {
      ...vary,
      'access-control-allow-origin': origins === '*' ? '*' : origin,
      ...(isPreflight ? preflight : exposed),
    };
  };
}
