import type { FastifyReply } from 'fastify';
import { errorCodes } from '../errors/errorCodes.js';
import type { RequestRefused } from '../errors/requestRefused.js';
import type { GraphQLResponse } from '../execution/executeOperation.js';
import type { ResponseType } from './responseType.js';

/**
 * Writes a response. The status follows GraphQL over HTTP (6.4): 200 where there is `data`, be it null or partial; else what the first
 * error's code stands for under the media type.
 */
export function writeResponse(reply: FastifyReply, type: ResponseType, response: GraphQLResponse): FastifyReply {
  return send(reply, 'data' in response ? 200 : statusOf(response, type), type, JSON.stringify(response));
}

/** Writes a refusal with its status and headers. */
export function writeRefusal(reply: FastifyReply, type: ResponseType, refused: RequestRefused): FastifyReply {
  return send(reply.headers(refused.headers), refused.status(type), type, JSON.stringify({ errors: refused.errors }));
}

function send(reply: FastifyReply, status: number, type: ResponseType, body: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type(`${type}; charset=utf-8`).send(body);
}

function statusOf({ errors }: GraphQLResponse, type: ResponseType): number {
  const code = String(errors?.[0]?.extensions?.code);
  const entry: { status: number; legacyStatus?: number } | undefined = errorCodes[code as keyof typeof errorCodes];
  if (!entry) return 500;
  return type === 'application/json' ? (entry.legacyStatus ?? entry.status) : entry.status;
}
