import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { RequestRefused } from '../errors/requestRefused.js';

export type ResponseType = 'application/json' | 'application/graphql-response+json';

/** In the order of preference for a client that takes anything. */
const offered: ResponseType[] = ['application/json', 'application/graphql-response+json'];
const LONGEST_ACCEPT = 1_000;
const chosen = new LRUCache<string, ResponseType | 'none'>({ max: 200 });

/**
 * Chooses the media type of the response after the Accept header. Without one, or when anything is accepted, it is application/json,
 * which every client reads. Throws NOT_ACCEPTABLE when nothing fits.
 */
export function responseType(accept: string | undefined): ResponseType {
  if (accept === undefined || accept === 'application/json') return 'application/json';
  let type = chosen.get(accept);
  if (!type) {
    type = (preferred(accept, offered) as ResponseType | undefined) ?? 'none';
    if (accept.length <= LONGEST_ACCEPT) chosen.set(accept, type);
  }
  if (type === 'none') throw new RequestRefused('NOT_ACCEPTABLE', `Accept one of ${offered.join(', ')}.`);
  return type;
}

/** Whether a browser asks for a page: it prefers HTML to what GraphQL responses come in. */
export function wantsPage(accept: string | undefined): boolean {
  return accept?.includes('text/html') === true && preferred(accept, ['text/html', ...offered]) === 'text/html';
}

function preferred(accept: string, types: string[]): string | undefined {
  return new Negotiator({ headers: { accept } }).mediaType(types);
}
