import { createClient, GRAPHQL_TRANSPORT_WS_PROTOCOL, type SubscribePayload } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubgraphSubscriptionLimits } from './subgraphSubscription.js';

/** Why a socket is no use any more. */
export interface SocketLoss {
  /** The WebSocket close code, if it was closed. */
  readonly code: number | undefined;
  readonly reason: string;
  /** The HTTP status, if the upgrade was refused. */
  readonly status: number | undefined;
  readonly cause: unknown;
}

export interface SocketSink {
  /** `bytes`: of the whole message. */
  next(payload: Readonly<Record<string, unknown>>, bytes: number): void;
  errors(errors: readonly unknown[]): void;
  complete(): void;
}

export interface SubgraphSocket {
  /** False before it is acknowledged, and as soon as it is being closed. */
  readonly usable: boolean;
  /** How many events have come. */
  readonly received: number;
  /** Starts a subscription; the result ends it. Of a lost socket its sink is told nothing. */
  subscribe(payload: SubscribePayload, sink: SocketSink): () => void;
  /** Ends it, with a farewell if it is usable; resolves when it is gone. `lost` is not called then. */
  close(): Promise<void>;
}

interface SocketOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates to trust instead of the known authorities. */
  readonly ca: string | undefined;
  readonly limits: SubgraphSubscriptionLimits;
  /** It can be subscribed on it now. */
  acknowledged(): void;
  /** Comes once at most, and as soon as it is known, not when the peer has answered the farewell. */
  lost(loss: SocketLoss): void;
}

/** For a peer that does not answer a farewell. */
const FAREWELL_MS = 1_000;

/**
 * Connects to a subgraph by graphql-transport-ws. One socket, one client of the library: it speaks the protocol, and its own retry is not used, since that would send the same subscriptions at
 * once again whenever a peer says 1000, and gives up for good at 4401 or 4500. Throws for a URL or headers that cannot be used.
 */
export function openSubgraphSocket({ url, headers, ca, limits, ...on }: SocketOptions): SubgraphSocket {
  const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL, {
    headers,
    ca,
    handshakeTimeout: limits.connectTimeoutMs,
    maxPayload: limits.messageBytes,
    perMessageDeflate: false,
  });
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let over = false;
  let acknowledged = false;
  let received = 0;
  let bytes = 0;
  let operations = 0;
  let pongTimer: NodeJS.Timeout | undefined;

  // The client takes its own listener away when it is done with a socket, which may still report an error then.
  socket.on('error', () => undefined);
  socket.on('unexpected-response', (_request, { statusCode }) => lose({ status: statusCode }));
  // Comes before the client's: the size of what the client tells next.
  socket.on('message', (data: Buffer) => {
    bytes = data.length;
  });

  const client = createClient({
    url,
    webSocketImpl: new Proxy(WebSocket, { construct: () => socket }),
    connectionParams: headers,
    connectionAckWaitTimeout: limits.connectTimeoutMs,
    keepAlive: limits.keepAliveMs,
    lazy: false,
    onNonLazyError: () => undefined,
    retryAttempts: 0,
    generateID: () => String(++operations),
    on: {
      connected() {
        acknowledged = true;
        if (!over) on.acknowledged();
      },
      ping(isReceived) {
        if (isReceived || over) return;
        pongTimer = setTimeout(() => lose({ reason: 'It does not answer pings.' }), limits.pongTimeoutMs);
      },
      pong(isReceived) {
        if (isReceived) clearTimeout(pongTimer);
      },
      closed: (event) => lose(isClosure(event) ? event : { cause: event }),
      error: (event) => lose({ cause: causeOf(event) }),
    },
  });

  function finish(): void {
    over = true;
    clearTimeout(pongTimer);
    // Rejects where nothing has been acknowledged.
    Promise.resolve(client.dispose()).catch(() => undefined);
  }

  function lose({ code, reason = '', status, cause }: Partial<SocketLoss>): void {
    if (over) return;
    finish();
    socket.terminate();
    on.lost({ code, reason, status, cause });
  }

  return {
    get usable() {
      return acknowledged && !over && socket.readyState === WebSocket.OPEN;
    },
    get received() {
      return received;
    },
    subscribe(payload, sink) {
      return client.subscribe<Record<string, unknown>>(payload, {
        next(response) {
          if (over) return;
          received += 1;
          sink.next(response as Record<string, unknown>, bytes);
        },
        // With errors of the subscription, or with the reason why the socket was lost.
        error(errors) {
          if (!over && Array.isArray(errors)) sink.errors(errors);
        },
        complete() {
          if (!over) sink.complete();
        },
      });
    },
    async close() {
      if (over) return gone;
      finish();
      if (!acknowledged) socket.terminate();
      const timer = setTimeout(() => socket.terminate(), FAREWELL_MS);
      await gone;
      clearTimeout(timer);
    },
  };
}

function isClosure(event: unknown): event is { code: number; reason: string } {
  return typeof event === 'object' && event !== null && 'code' in event && 'reason' in event;
}

/** The library passes on what `ws` tells, an event, and what it throws itself. */
function causeOf(event: unknown): unknown {
  return typeof event === 'object' && event !== null && 'error' in event ? event.error : event;
}
