import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Json } from '../compile/jsonOutput.js';
import { compressBody } from './compressBody.js';
import { securityHeaders, type Trail, type WriteOptions } from './writeResponse.js';

export interface CacheableOptions extends WriteOptions {
  /** What the operation's fields allow. */
  readonly cacheControl: string;
  readonly ifNoneMatch: string | undefined;
  /** Headers of requests that answers depend on. */
  readonly varyBy: readonly string[];
}

const constant = Object.entries(securityHeaders).flat();
/** 162 bits. */
const TAG_LENGTH = 27;

/** Writes the response of a query that came by GET or HEAD and has no errors, with what caches need; only that it has not changed, where the client has it. */
export async function writeCacheable(
  response: ServerResponse,
  { id, closeAfter, told = {} }: Trail,
  json: Json,
  { type, acceptEncoding, compressFrom, cacheControl, ifNoneMatch, varyBy }: CacheableOptions,
): Promise<void> {
  const tag = entityTag(json, type);
  const before = response.getHeader('vary');
  const vary = [...new Set([...(before === undefined ? [] : [String(before)]), ...varyBy])].join(', ');
  const headers = [...constant, 'x-request-id', id, 'cache-control', cacheControl, 'vary', vary];
  headers.push(...Object.entries(told).flat());
  if (closeAfter) headers.push('connection', 'close');
  const known = matchingTag(tag, ifNoneMatch);
  if (known !== undefined) {
    response.writeHead(304, [...headers, 'etag', known]).end();
    return;
  }
  const isLong = compressFrom > 0 && acceptEncoding !== undefined && Buffer.byteLength(json) >= compressFrom;
  const compressed = isLong ? await compressBody(json, acceptEncoding) : undefined;
  const body = compressed?.body ?? json;
  if (compressed) headers.push('content-encoding', compressed.encoding);
  headers.push('etag', compressed ? `"${tag}-${compressed.encoding}"` : `"${tag}"`);
  headers.push('content-type', `${type}; charset=utf-8`, 'content-length', String(Buffer.byteLength(body)));
  response.writeHead(200, headers).end(body);
}

/** Another for another body or media type: a strong validator. The coding is added to it. */
export function entityTag(json: Json, type: string): string {
  return createHash('sha256').update(type).update('\0').update(json).digest('base64url').slice(0, TAG_LENGTH);
}

/** The entity tag among those that the client has that is of this body, in whatever coding (RFC 9110, 13.1.2). */
export function matchingTag(tag: string, ifNoneMatch: string | undefined): string | undefined {
  if (ifNoneMatch === undefined) return undefined;
  if (ifNoneMatch.trim() === '*') return `"${tag}"`;
  for (const each of ifNoneMatch.split(',')) {
    const given = each.trim().replace(/^W\//, '');
    if (given === `"${tag}"` || (given.startsWith(`"${tag}-`) && /^"[\w-]+"$/.test(given))) return given;
  }
  return undefined;
}
