import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { RequestRefused } from '../errors/requestRefused.js';

export type ResponseType = 'application/json' | 'application/graphql-response+json';

/** How a client takes its response. */
export interface Accepted {
  /** The media type of a response, or of each part of it. */
  readonly type: ResponseType;
  /** Whether it may come in parts (`multipart/mixed`, for `@defer`). */
  readonly incremental: boolean;
  /** Whether it has to be in parts, even if it is only one. */
  readonly onlyIncremental: boolean;
  /** Whether it may be an event stream, as the results of subscriptions are. */
  readonly eventStream: boolean;
  /** Whether it has to be an event stream, even if it has only one result. */
  readonly onlyEventStream: boolean;
}

/** In the order of preference for a client that takes anything. */
const offered: ResponseType[] = ['application/json', 'application/graphql-response+json'];
const LONGEST_ACCEPT = 1_000;
const EVENT_STREAM = 'text/event-stream';
const plain: Accepted = {
  type: 'application/json',
  incremental: false,
  onlyIncremental: false,
  eventStream: false,
  onlyEventStream: false,
};
const chosen = new LRUCache<string, Accepted | 'none'>({ max: 200 });

/**
 * Chooses the form of the response after the Accept header. Without one, or when anything is accepted, it is application/json,
 * which every client reads. Throws NOT_ACCEPTABLE when nothing fits.
 */
export function responseType(accept: string | undefined): Accepted {
  if (accept === undefined || accept === 'application/json' || accept === '*/*') return plain;
  let accepted = chosen.get(accept);
  if (!accepted) {
    accepted = negotiate(accept);
    if (accept.length <= LONGEST_ACCEPT) chosen.set(accept, accepted);
  }
  if (accepted === 'none') {
    throw new RequestRefused(
      'NOT_ACCEPTABLE',
      `Accept one of ${offered.join(', ')}, multipart/mixed, ${EVENT_STREAM}.`,
    );
  }
  return accepted;
}

function negotiate(accept: string): Accepted | 'none' {
  const type = preferred(accept, offered) as ResponseType | undefined;
  const ranges = accept.split(',');
  const incremental = ranges.some(takesParts);
  // Named: whoever takes anything (`*/*`) does not expect a response without an end.
  const eventStream = accept.toLowerCase().includes(EVENT_STREAM) && preferred(accept, [EVENT_STREAM]) !== undefined;
  if (!type && !incremental && !eventStream) return 'none';
  return {
    type: type ?? 'application/json',
    incremental,
    onlyIncremental: !type && incremental,
    eventStream,
    onlyEventStream: !type && !incremental,
  };
}

/** Whether a media range is for responses in parts. Without `deferSpec` the client leaves the form to us; another one than ours it would not understand. */
function takesParts(range: string): boolean {
  const [type, ...parameters] = range.split(';').map((each) => each.trim().toLowerCase());
  if (type !== 'multipart/mixed') return false;
  return parameters.every((parameter) => {
    const [name, value = ''] = parameter.split('=', 2).map((each) => each.trim().replace(/^"(.*)"$/, '$1'));
    return name === 'boundary' || (name === 'deferspec' && value === '20220824') || (name === 'q' && Number(value) > 0);
  });
}

/** Whether the response has to be an event stream, whatever it is. */
export function wantsEventStream(accept: string | undefined): boolean {
  return accept?.toLowerCase().includes(EVENT_STREAM) === true && responseType(accept).onlyEventStream;
}

/** Whether a browser asks for a page: it prefers HTML to what GraphQL responses come in. */
export function wantsPage(accept: string | undefined): boolean {
  return accept?.includes('text/html') === true && preferred(accept, ['text/html', ...offered]) === 'text/html';
}

/** All is sent as UTF-8; a range that says so has to fit. */
const CHARSET = '; charset=utf-8';

function preferred(accept: string, types: string[]): string | undefined {
  const found = new Negotiator({ headers: { accept } }).mediaType(types.map((type) => type + CHARSET));
  return found?.slice(0, -CHARSET.length);
}
