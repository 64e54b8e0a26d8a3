import type { MintSubgraphToken } from '../../identity/subgraphToken.js';
import type { Logger } from '../../log.js';
import { fetchFailure } from '../../subgraph/fetchFailure.js';
import { connectionKey, webSocketUrl } from './connectionFacts.js';
import { FollowedSubscription } from './followedSubscription.js';
import { SharedConnection } from './sharedConnection.js';
import {
  defaultLimits,
  type SubgraphSubscriptionFollower,
  type SubgraphSubscriptionLimits,
  type SubgraphSubscriptionRequest,
  type SubgraphSubscriptionStats,
} from './subgraphSubscription.js';

export interface SubgraphSubscriptionsOptions {
  readonly mintToken: MintSubgraphToken;
  readonly log: Logger;
  readonly limits?: Partial<SubgraphSubscriptionLimits>;
  /** The URLs of the WebSockets of subgraphs that have them elsewhere, by the subgraphs' names. */
  readonly webSocketUrls?: Readonly<Record<string, string>>;
  /** Certificates to trust instead of the known authorities. */
  readonly ca?: string;
}

/** Subscriptions of subgraphs, which outlive the connections that they run on. */
export interface SubgraphSubscriptions {
  /** Starts one. The follower is not called before this returns; after `stop` it is not called any more, and the subgraph is told. */
  subscribe(request: SubgraphSubscriptionRequest, follower: SubgraphSubscriptionFollower): { stop(): void };
  readonly stats: Readonly<SubgraphSubscriptionStats>;
  /** Those that still run are told that the subgraph is gone; resolves when all connections are closed. */
  close(): Promise<void>;
}

/**
 * Follows subgraphs' own subscriptions by graphql-transport-ws. The subscriptions of one identity at one subgraph, with the same forwarded headers, share a connection. A lost connection is made anew with a new token, and its
 * subscriptions go on after their last event, or with a gap told; a subscription is given up only when the subgraph is away for too long.
 */
export function createSubgraphSubscriptions(options: SubgraphSubscriptionsOptions): SubgraphSubscriptions {
  const { mintToken, log, ca, webSocketUrls = {} } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const stats: SubgraphSubscriptionStats = {
    ...{ connections: 0, subscriptions: 0, connected: 0, disconnected: 0, failedTries: 0 },
    ...{ resumed: 0, events: 0, gaps: 0, slow: 0, gone: 0, failed: 0 },
  };
  /** By the subgraph's name, then by their facts. */
  const connections = new Map<string, Map<string, SharedConnection>>();
  const closing = new Set<Promise<void>>();
  let closed = false;

  /** The connection for a request: one that is there, or a new one; undefined where there are too many. */
  function connectionFor(request: SubgraphSubscriptionRequest): SharedConnection | undefined {
    const { subgraph, identity, headers } = request;
    const url = webSocketUrls[subgraph] ?? webSocketUrl(request.url);
    const facts = { subgraph, url, identity, headers };
    const key = connectionKey(facts);
    const own = connections.get(subgraph) ?? new Map<string, SharedConnection>();
    connections.set(subgraph, own);
    const known = own.get(key);
    if (known) return known;
    if (own.size >= limits.connectionsPerSubgraph) {
      const idle = firstIdle(own.values());
      if (!idle) return undefined;
      idle.close();
    }
    const connection = new SharedConnection(facts, { mintToken, ca, limits, stats, log }, (gone) => {
      own.delete(key);
      stats.connections -= 1;
      closing.add(gone);
      void gone.then(() => closing.delete(gone));
    });
    own.set(key, connection);
    stats.connections += 1;
    return connection;
  }

  return {
    stats,
    subscribe(request, follower) {
      const connection = closed ? undefined : connectionFor(request);
      const subscription = new FollowedSubscription(request, follower, {
        limits,
        stats,
        log,
        ended(subscription) {
          stats.subscriptions -= 1;
          connection?.remove(subscription);
        },
      });
      stats.subscriptions += 1;
      if (connection) connection.add(subscription);
      else queueMicrotask(() => refuse(subscription, request.subgraph));
      return { stop: () => subscription.stop() };
    },
    async close() {
      closed = true;
      for (const own of connections.values()) {
        for (const connection of [...own.values()]) connection.close();
      }
      await Promise.all(closing);
    },
  };

  function refuse(subscription: FollowedSubscription, subgraph: string): void {
    const { code, message } = fetchFailure('overloaded', subgraph);
    if (closed) subscription.lose('gone');
    else subscription.fail([{ message, extensions: { code } }]);
  }
}

function firstIdle(connections: Iterable<SharedConnection>): SharedConnection | undefined {
  for (const connection of connections) if (connection.idle) return connection;
  return undefined;
}
