import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../compile/jsonOutput.js';
import { compressBody } from '../http/compressBody.js';
import type { RequestTrail } from '../http/requestTrail.js';
import { securityHeaders } from '../http/writeResponse.js';
import type { Problem } from './problem.js';

type Trail = Pick<RequestTrail, 'id' | 'closeAfter'>;

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
  // What is answered depends on who asks, however that is said.
  const caching: Record<string, string> = tagged
    ? { etag: tagOf(json), 'cache-control': 'private, no-cache' }
    : { 'cache-control': 'no-store' };
  if (caching.etag && isKnown(request.headers['if-none-match'], caching.etag)) {
    send(request, response, trail, 304, undefined, { ...headers, ...caching });
    return;
  }
  const acceptEncoding = request.headers['accept-encoding'];
  const mayCompress =
    compressFrom > 0 && acceptEncoding !== undefined && Buffer.byteLength(json) >= compressFrom && status !== 304;
  const compressed = mayCompress ? await compressBody(json, acceptEncoding) : undefined;
  const before = response.getHeader('vary');
  send(request, response, trail, status, compressed?.body ?? json, {
    ...headers,
    ...caching,
    'content-type': 'application/json',
    ...(mayCompress && { vary: before ? `${before}, accept-encoding` : 'accept-encoding' }),
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
    ...(body === undefined ? [] : ['content-length', String(Buffer.byteLength(body))]),
    // Else the connection is kept for another request, and closing waits for it.
    ...(closeAfter ? ['connection', 'close'] : []),
  ]);
  if (method === 'HEAD' || body === undefined) response.end();
  else response.end(body);
}

/** Weak: the same tag stands for a body and for its compressed forms. */
function tagOf(json: Json): string {
  return `W/"${createHash('sha1').update(json).digest('base64url')}"`;
}

/** RFC 9110, 13.1.2: compared weakly. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = etag.slice(2);
  return (
    ifNoneMatch.trim() === '*' || ifNoneMatch.split(',').some((each) => each.trim().replace(/^W\//, '') === opaque)
  );
}
