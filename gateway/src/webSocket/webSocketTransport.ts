import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer } from 'graphql-ws';
import { parse as parseJson } from 'secure-json-parse';
import { type WebSocket, WebSocketServer } from 'ws';
import { LiveConnections } from '../http/liveConnections.js';
import type { LiveStats, LiveTransportOptions } from '../http/liveTransport.js';
import { BODY_LIMIT } from '../http/readJsonBody.js';
import { type Authenticate, credentialHeaders } from '../identity/clientToken.js';
import { clientAddress } from '../limits/clientAddress.js';
import { checkJsonValues } from '../limits/jsonValues.js';
import { ConnectionRefused, closeCodes } from './closeCodes.js';
import { Connection } from './connection.js';
import { createOperations } from './operations.js';
import { createSignIn } from './signIn.js';

export interface WebSocketOptions extends LiveTransportOptions {
  readonly authenticate: Authenticate;
  /** Operations under way on one connection, at most. */
  readonly subscriptionsPerConnection: number;
  /** The request headers that reach subgraphs, in lower case: kept of the upgrade request, which is dropped. */
  readonly forwardedHeaders: readonly string[];
  /** How long a client may take to send `connection_init`. */
  readonly initTimeoutMs?: number;
}

export interface WebSocketTransport {
  /** For the server's event `upgrade`, at /graphql. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly stats: LiveStats;
  /** Takes no more connections, and sends the open ones away (1012), spread over a time. Resolves when all are closed. */
  close(spreadMs: number): Promise<void>;
}

const INIT_TIMEOUT_MS = 5_000;
/** For a client that does not answer a close. */
const CLOSE_TIMEOUT_MS = 5_000;

/**
 * `graphql-transport-ws` at /graphql. The protocol is handled by graphql-ws; what is here is where it meets the gateway: who connects (`signIn.ts`), what operations are (`operations.ts`), and that sockets are written to within
 * bounds (`connection.ts`). No origin is checked: browsers send no cookie that would mean anything here, and a foreign page does not have the token that goes into `connection_init`.
 */
export function createWebSocketTransport(options: WebSocketOptions): WebSocketTransport {
  const { heartbeatMs, forwardedHeaders, log } = options;
  const connections = new LiveConnections<Connection>(heartbeatMs);
  const stats: LiveStats = { connections: 0, unresponsive: 0 };
  const { signIn, renew } = createSignIn(options);
  const operations = createOperations(options);
  const credentialNames = credentialHeaders(options.authenticate);
  const keptHeaders = options.audit ? [...new Set([...forwardedHeaders, 'user-agent'])] : forwardedHeaders;
  let closing: Promise<void> | undefined;

  const server = makeServer<Record<string, unknown>, Connection>({
    connectionInitWaitTimeout: options.initTimeoutMs ?? INIT_TIMEOUT_MS,
    async onConnect(context) {
      const { connectionParams, extra: connection } = context;
      // It may be large, and nobody needs it any more.
      (context as { connectionParams: unknown }).connectionParams = undefined;
      if (closing) throw new ConnectionRefused(closeCodes.GOING_AWAY, 'going away: connect elsewhere');
      await signIn(connection, connectionParams);
    },
    onSubscribe: ({ extra }, id, payload) => operations.begin(extra, id, payload),
    // The type of the library wants generators; it takes whatever can be iterated.
    subscribe: (args) => operations.run(args) as never,
    // As it is: the library would make another object of it.
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: (_context, _id, _payload, errors) => operations.errorsOf(errors),
  });
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: BODY_LIMIT,
    autoPong: false,
    handleProtocols: (offered: Set<string>) =>
      offered.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) ? GRAPHQL_TRANSPORT_WS_PROTOCOL : false,
    closeTimeout: CLOSE_TIMEOUT_MS,
  } as object);

  function open(
    socket: WebSocket,
    credentials: Connection['credentials'],
    headers: Connection['headers'],
    address: string | undefined,
  ): void {
    let onMessage: (message: string) => Promise<void> = async () => {};
    const connection = new Connection(socket, headers, {
      message: (_connection, text) => receive(text),
      closed: (_connection, code, reason) => {
        stats.connections -= 1;
        if (connection.unresponsive) stats.unresponsive += 1;
        void closed(code, reason);
      },
    });
    connection.credentials = credentials;
    connection.address = address;
    connection.onOver.push(connections.add(connection));
    stats.connections += 1;
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (message) => connection.send(message),
        close: (code, reason) => connection.close(code ?? 1000, reason ?? ''),
        onMessage: (callback) => {
          onMessage = callback;
        },
        onPing: (payload) => renew(connection, payload),
      },
      connection,
    );

    function receive(text: string): void {
      let message: unknown;
      try {
        checkJsonValues(text);
        message = parseJson(text);
      } catch {
        connection.close(closeCodes.BAD_MESSAGE, 'Invalid message received');
        return;
      }
      // The library takes a message that is parsed already, too. Its own parser lets prototypes in disguise through. Not waited for here: that would keep the text as long as a subscription runs.
      onMessage(message as string).catch((error: unknown) => {
        const { code, reason } = refusalOf(error);
        if (code === closeCodes.INTERNAL_ERROR) log.error({ err: error }, 'a message could not be handled');
        connection.close(code, reason);
      });
    }
  }

  return {
    stats,
    upgrade(request, socket, head) {
      if (closing) {
        socket.end(
          'HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
        );
        return;
      }
      const credentials = pick(request.headers, credentialNames);
      const headers = pick(request.headers, keptHeaders);
      const address = (options.admit || options.audit) && clientAddress(request, options.trustedProxies ?? 0);
      sockets.handleUpgrade(request, socket, head, (webSocket) => open(webSocket, credentials, headers, address));
    },
    close(spreadMs) {
      closing ??= connections.sendAway(spreadMs);
      return closing;
    },
  };
}

function refusalOf(error: unknown): { readonly code: number; readonly reason: string } {
  if (error instanceof ConnectionRefused) return error;
  // What a client may not send, such as "next": the library has no other word for it.
  if (error instanceof Error && error.message.startsWith('Unexpected message of type'))
    return { code: closeCodes.BAD_MESSAGE, reason: error.message };
  return { code: closeCodes.INTERNAL_ERROR, reason: 'Internal server error' };
}

const none: Connection['headers'] = {};

function pick(headers: IncomingMessage['headers'], names: readonly string[]): Connection['headers'] {
  const present = names.filter((name) => headers[name] !== undefined);
  return present.length === 0 ? none : Object.fromEntries(present.map((name) => [name, headers[name]]));
}
