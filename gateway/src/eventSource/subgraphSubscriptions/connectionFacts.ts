import { type Identity, identityKey } from '../../identity/identity.js';

/** Whom a connection leads to, and for whom: subscriptions that agree in all of it share one. */
export interface ConnectionFacts {
  readonly subgraph: string;
  /** ws(s) */
  readonly url: string;
  readonly identity: Identity;
  readonly headers: string;
}

/** The facts as one text, the same for the same facts. */
export function connectionKey({ subgraph, url, identity, headers }: ConnectionFacts): string {
  return `${subgraph}\n${url}\n${identityKey(identity)}\n${headers}`;
}

/** The URL of a subgraph's WebSocket: the same, with ws for http and wss for https. */
export function webSocketUrl(url: string): string {
  return url.replace(/^http(s?):/i, (_scheme, secure: string) => `ws${secure.toLowerCase()}:`);
}

/** What is sent with the upgrade request and as the payload of `connection_init`: header lines by name, and the token. */
export function connectionHeaders(lines: string, token: string | undefined): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  return Object.fromEntries(headers);
}
