import type { ServerResponse } from 'node:http';
import type { Json } from '../compile/jsonOutput.js';
import type { RequestRefused } from '../errors/requestRefused.js';
import { compressBody } from './compressBody.js';
import type { RequestTrail } from './requestTrail.js';
import { type ResponseType, responseType } from './responseType.js';

export interface WriteOptions {
  readonly type: ResponseType;
  readonly acceptEncoding: string | undefined;
  /** Bodies of at least this many bytes are compressed for clients that take it; 0: none. */
  readonly compressFrom: number;
}

export type Trail = Pick<RequestTrail, 'id' | 'closeAfter' | 'told'>;

/** Headers of whatever the gateway answers. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};
const constant = Object.entries({ ...securityHeaders, 'cache-control': 'no-store' }).flat();

/** Writes a response that has `data`, be it null or partial: its status is 200 (GraphQL over HTTP, 6.4). */
export function writeResponse(
  response: ServerResponse,
  trail: Trail,
  json: Json,
  { type, acceptEncoding, compressFrom }: WriteOptions,
): Promise<void> | void {
  if (
    compressFrom === 0 ||
    acceptEncoding === undefined ||
    (json.length < compressFrom && Buffer.byteLength(json) < compressFrom)
  )
    return send(response, trail, 200, type, json);
  return compressBody(json, acceptEncoding).then((compressed) => {
    // What has been set before would be replaced.
    const before = response.getHeader('vary');
    const headers = [
      'vary',
      before ? `${before}, accept-encoding` : 'accept-encoding',
      ...(compressed ? ['content-encoding', compressed.encoding] : []),
    ];
    send(response, trail, 200, type, compressed?.body ?? json, headers);
  });
}

/** Writes a refusal with its status and headers, in the media type that the client takes. */
export function writeRefusal(
  response: ServerResponse,
  trail: Trail,
  accept: string | undefined,
  refused: RequestRefused,
): void {
  const type = typeForRefusal(accept);
  const body = JSON.stringify({ errors: refused.errors });
  send(response, trail, refused.status(type), type, body, Object.entries(refused.headers).flat());
}

/** Writes an answer without content. */
export function writeNothing(response: ServerResponse, trail: Trail, headers: Record<string, string>): void {
  response.writeHead(204, [...constant, 'x-request-id', trail.id, ...Object.entries(headers).flat()]);
  response.end();
}

function send(
  response: ServerResponse,
  { id, closeAfter, told }: Trail,
  status: number,
  type: ResponseType,
  body: Json,
  more: readonly string[] = [],
): void {
  const length = Buffer.byteLength(body);
  const headers = [
    ...constant,
    ...['x-request-id', id, 'content-type', `${type}; charset=utf-8`, 'content-length', String(length)],
    ...more,
  ];
  if (told) for (const name in told) headers.push(name, told[name] ?? '');
  // Else the connection is kept for another request, and closing waits for it.
  if (closeAfter) headers.push('connection', 'close');
  response.writeHead(status, headers);
  // A text of ASCII alone goes out with the head in one write, copied and not encoded.
  if (typeof body === 'string' && length === body.length) response.end(body, 'latin1');
  else response.end(body);
}

function typeForRefusal(accept: string | undefined): ResponseType {
  try {
    return responseType(accept).type;
  } catch {
    return 'application/json';
  }
}
