import type { FastifyReply } from 'fastify';
import type { RequestRefused } from '../errors/requestRefused.js';
import { compressBody } from './compressBody.js';
import type { ResponseType } from './responseType.js';

export interface WriteOptions {
  readonly type: ResponseType;
  readonly acceptEncoding: string | undefined;
  /** Bodies of at least this many bytes are compressed for clients that take it; 0: none. */
  readonly compressFrom: number;
}

/** Writes a response that has `data`, be it null or partial: its status is 200 (GraphQL over HTTP, 6.4). */
export async function writeResponse(
  reply: FastifyReply,
  json: string,
  { type, acceptEncoding, compressFrom }: WriteOptions,
): Promise<FastifyReply> {
  const compressed = await compressBody(json, acceptEncoding, compressFrom);
  if (compressFrom > 0) reply.header('vary', 'accept-encoding');
  if (compressed) reply.header('content-encoding', compressed.encoding);
  return send(reply, 200, type, compressed?.body ?? json);
}

/** Writes a refusal with its status and headers. */
export function writeRefusal(reply: FastifyReply, type: ResponseType, refused: RequestRefused): FastifyReply {
  return send(reply.headers(refused.headers), refused.status(type), type, JSON.stringify({ errors: refused.errors }));
}

function send(reply: FastifyReply, status: number, type: ResponseType, body: string | Buffer): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type(`${type}; charset=utf-8`).send(body);
}
