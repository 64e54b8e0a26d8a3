import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { auditSubscription } from '../audit/auditOperation.js';
import type { GatewayConfig } from '../config.js';
import type { BeforeEvent } from '../eventSource/jetStream/followedStream.js';
import { createJetStreamEvents } from '../eventSource/jetStream/jetStreamEvents.js';
import type { NatsLink } from '../eventSource/jetStream/natsLink.js';
import { createSubgraphSubscriptions } from '../eventSource/subgraphSubscriptions/subgraphSubscriptions.js';
import type { StartOptions } from '../execute/startOperation.js';
import { createEventStreams, type EventStreams } from '../http/eventStreams.js';
import type { LiveTransportOptions } from '../http/liveTransport.js';
import type { ClientKeys } from '../identity/clientKeys.js';
import type { Authenticate } from '../identity/clientToken.js';
import { createConnectionLimits } from '../identity/connectionLimits.js';
import type { MintSubgraphToken } from '../identity/subgraphToken.js';
import { createTickets, TICKET_LIFETIME_MS, type Tickets } from '../identity/tickets.js';
import { rememberUsedTickets } from '../identity/usedTickets.js';
import { usedTicketsInNats } from '../identity/usedTicketsInNats.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { HeaderRules } from '../subgraph/headerRules.js';
import { createCursors, cursorKeyOf } from '../subscribe/cursors.js';
import { createLiveMetrics } from '../subscribe/liveMetrics.js';
import { Subscriptions } from '../subscribe/subscriptions.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';
import { createWebSocketTransport } from '../webSocket/webSocketTransport.js';

/** How long an event is tried again while a subgraph is away, before its subscribers are told to come again. */
const EVENT_RETRY_MS = 15_000;

export interface LiveParts {
  readonly config: GatewayConfig;
  readonly slot: SupergraphSlot;
  readonly authenticate: Authenticate;
  readonly clientKeys?: ClientKeys;
  /** NATS, where it is configured; closed with the rest. */
  readonly link: NatsLink | undefined;
  /** Called before an event is handed to a subscriber: see `JetStreamEventsOptions`. */
  readonly before: BeforeEvent;
  /** For the queries and mutations that come over live connections. */
  readonly starting: StartOptions;
  readonly headerRules: HeaderRules;
  readonly mintToken: MintSubgraphToken;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** Everything that clients follow live. */
export interface Live {
  /** For the server's event `upgrade`, at /graphql. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly eventStreams: EventStreams;
  readonly tickets: Tickets;
  /** Tells the clients to come again elsewhere, spread over a time. Resolves when all have gone. */
  sendAway(spreadMs: number): Promise<void>;
  /** Ends what is left, and the connections to where events come from. */
  close(): Promise<void>;
}

/** Wires what clients follow live: sources → subscriptions → transports. */
export function createLive({
  config,
  slot,
  authenticate,
  clientKeys,
  link,
  before,
  starting,
  headerRules,
  mintToken,
  log,
  metrics,
}: LiveParts): Live {
  const { live } = config;
  const key = cursorKeyOf(config.cursorKey, config.signingKey);
  const streams = link && createJetStreamEvents({ link, before, log });
  const subgraphSubscriptions = createSubgraphSubscriptions({
    mintToken,
    log,
    limits: { waitingEvents: live.queueEvents, waitingBytes: live.queueBytes },
  });
  const subscriptions = new Subscriptions({
    ...{ slot, streams, subgraphSubscriptions, headerRules, log },
    cursors: createCursors(key),
    limits: live,
    retryMs: EVENT_RETRY_MS,
  });
  const used = link ? usedTicketsInNats(link, TICKET_LIFETIME_MS) : rememberUsedTickets(TICKET_LIFETIME_MS);
  const tickets = createTickets({ key, used, keys: clientKeys });
  const limits = createConnectionLimits(live);
  const transport = (name: 'websocket' | 'sse'): LiveTransportOptions & { authenticate: Authenticate } => ({
    ...starting,
    ...{ slot, authenticate, limits, log, metrics },
    trustedProxies: config.limits.trustedProxies,
    async subscribe(request, signal) {
      // Once, when it begins, whatever comes of it: by what one event costs.
      await starting.admit?.(request.operation, request.variables, request.context);
      return subscriptions.subscribe(auditSubscription(request, name, starting.audit, slot.current), signal);
    },
    heartbeatMs: live.heartbeatMs,
    onDelivered: ({ occurredAt }) => {
      if (occurredAt !== undefined) lag.observe(name, '', (Date.now() - occurredAt) / 1000);
    },
  });
  const webSockets = createWebSocketTransport({
    ...transport('websocket'),
    subscriptionsPerConnection: live.subscriptionsPerConnection,
    forwardedHeaders: headerRules.reads,
  });
  const eventStreams = createEventStreams({ ...transport('sse'), tickets });
  const { lag } = createLiveMetrics(metrics.registry, () => ({
    connections: { websocket: webSockets.stats.connections, sse: eventStreams.stats.connections },
    ...subscriptions.stats,
    streamsConnected: streams?.stats.connected,
    counts: subscriptions.counts,
    messages: streams?.counters,
  }));
  return {
    ...{ upgrade: webSockets.upgrade, eventStreams, tickets },
    async sendAway(spreadMs) {
      await Promise.all([webSockets.close(spreadMs), eventStreams.close(spreadMs)]);
    },
    async close() {
      subscriptions.close();
      await Promise.all([subgraphSubscriptions.close(), streams?.close()]);
    },
  };
}
