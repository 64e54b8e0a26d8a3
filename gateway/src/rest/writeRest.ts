import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../compile/jsonOutput.js';
import { compressBody } from '../http/compressBody.js';
import type { RequestTrail } from '../http/requestTrail.js';
import { entityTag, matchingTag } from '../http/writeCacheable.js';
import { securityHeaders } from '../http/writeResponse.js';
import type { Problem } from './problem.js';

type Trail = Pick<RequestTrail, 'id' | 'closeAfter'>;

const TYPE = 'application/json';
/** Statuses of answers that have no body, and 204 no length of one either (RFC 9110, 8.6): who believes it takes the next answer for the body. */
export const withoutBody: ReadonlySet<number> = new Set([204, 205]);

export interface RestBody {
  readonly status: number;
  readonly json: Json;
  /** Whether a client may keep it and ask whether it is still the same. */
  readonly tagged: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Writes an answer; 304 when the client has it already. */
export async function writeRest(
  request: IncomingMessage,
  response: ServerResponse,
  trail: Trail,
  { status, json, tagged, headers = {} }: RestBody,
  compressFrom: number,
): Promise<void> {
  if (withoutBody.has(status)) {
    send(request, response, trail, status, undefined, { ...headers, 'cache-control': 'no-store' });
    return;
  }
  // What is answered depends on who asks, however that is said.
  const caching = { 'cache-control': tagged ? 'private, no-cache' : 'no-store' };
  const tag = tagged ? entityTag(json, TYPE) : undefined;
  const known = tag === undefined ? undefined : matchingTag(tag, request.headers['if-none-match']);
  if (known !== undefined) {
    send(request, response, trail, 304, undefined, { ...headers, ...caching, etag: known });
    return;
  }
  const acceptEncoding = request.headers['accept-encoding'];
  const isLong = compressFrom > 0 && acceptEncoding !== undefined && Buffer.byteLength(json) >= compressFrom;
  const compressed = isLong ? await compressBody(json, acceptEncoding) : undefined;
  const before = response.getHeader('vary');
  send(request, response, trail, status, compressed?.body ?? json, {
    ...headers,
    ...caching,
    ...(tag !== undefined && { etag: compressed ? `"${tag}-${compressed.encoding}"` : `"${tag}"` }),
    'content-type': TYPE,
    ...(isLong && { vary: before ? `${before}, accept-encoding` : 'accept-encoding' }),
    ...(compressed && { 'content-encoding': compressed.encoding }),
  });
}

/** Writes a problem document. */
export function writeProblem(
  request: IncomingMessage,
  response: ServerResponse,
  trail: Trail,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): void {
  send(request, response, trail, problem.status, JSON.stringify(problem), {
    ...headers,
    'cache-control': 'no-store',
    'content-type': 'application/problem+json',
  });
}

/** Writes an answer without content. */
export function writeEmpty(
  request: IncomingMessage,
  response: ServerResponse,
  trail: Trail,
  headers: Readonly<Record<string, string>>,
): void {
  send(request, response, trail, 204, undefined, { ...headers, 'cache-control': 'no-store' });
}

function send(
  { method }: IncomingMessage,
  response: ServerResponse,
  { id, closeAfter }: Trail,
  status: number,
  body: Json | undefined,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, [
    ...Object.entries(securityHeaders).flat(),
    ...['x-request-id', id],
    ...Object.entries(headers).flat(),
    // Of 205 the length is told, for those who wait for a body (RFC 9110, 15.3.6).
    ...(status === 205 ? ['content-length', '0'] : []),
    ...(body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]),
    // Else the connection is kept for another request, and closing waits for it.
    ...(closeAfter ? ['connection', 'close'] : []),
  ]);
  if (method === 'HEAD' || body === undefined) response.end();
  else response.end(body);
}
