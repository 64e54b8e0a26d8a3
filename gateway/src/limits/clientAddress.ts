import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * The address that a request comes from: the connection's, or, behind `proxies` of our own that each append to `x-forwarded-for`, the one that the outermost of them has seen. What clients write into that
 * header themselves stands before it and is never believed.
 */
export function clientAddress(
  { socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>,
  proxies: number,
): string {
  const peer = socket.remoteAddress ?? '';
  if (proxies === 0) return peer;
  const given = headers['x-forwarded-for'];
  const hops = (Array.isArray(given) ? given.join(',') : (given ?? '')).split(',').map((each) => each.trim());
  const seen = hops[hops.length - proxies];
  return seen !== undefined && isIP(seen) !== 0 ? seen : peer;
}
