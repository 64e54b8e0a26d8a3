import { type ConsumerConfig, connect, DeliverPolicy } from 'nats';
import { createGraphClient } from '../src/graph/graphClient.ts';
import type { Platform } from '../src/platform.ts';
import { followFeed } from '../src/watch/followFeed.ts';

/** What agents have seen of their offers, each `<kind> <offer>` in order, by agent. */
export type OfferEvents = ReadonlyMap<string, string[]>;

export interface FollowedOffers {
  readonly seen: OfferEvents;
  /** What has been published of these agents' offers since. */
  published(): Promise<OfferEvents>;
  /** Ends the subscriptions; what went wrong with them. */
  stop(): Promise<unknown[]>;
}

const SUBSCRIPTION = /* GraphQL */ `
  subscription Offers($after: String) {
    offers(after: $after) { kind offer { id lead { id line } } }
  }
`;

interface SeenEvent {
  readonly kind: string;
  readonly offer: { readonly id: string; readonly lead: { readonly line: string } | null } | null;
}

/** Subscribes to the offers of up to a hundred agents, each over a connection of its own; resolves when all the subscriptions have begun. */
export async function followOffers(platform: Platform, operatorToken: string): Promise<FollowedOffers> {
  const operator = createGraphClient({ graphqlUrl: platform.urls.graphql, token: operatorToken });
  const { agents } = await operator.request<{ agents: { edges: { node: { id: string } }[] } }>(
    '{ agents(first: 100) { edges { node { id } } } }',
  );
  const agentIds = agents.edges.map(({ node }) => node.id);
  const nats = await connect({ servers: `127.0.0.1:${platform.ports.nats}`, maxReconnectAttempts: -1 });
  const manager = await nats.jetstreamManager();
  const { state } = await manager.streams.info('AGENTS');
  const seen = new Map<string, string[]>(agentIds.map((id) => [id, []]));
  const faults: unknown[] = [];
  const ending = new AbortController();
  const begun = agentIds.map((agentId) => {
    const start = Promise.withResolvers<void>();
    followFeed({
      url: platform.urls.graphql.replace('http', 'ws'),
      token: () => platform.issueToken({ kind: 'AGENT', sub: agentId }),
      payload: { query: SUBSCRIPTION, variables: { after: '' } },
      onResult({ data, errors }) {
        if (errors) faults.push(...errors);
        const event = data?.offers as SeenEvent | null | undefined;
        if (event?.kind === 'START') start.resolve();
        else seen.get(agentId)?.push(`${event?.kind} ${event?.offer?.id}`);
        if (event?.offer && !event.offer.lead) faults.push(`the lead of ${event.offer.id} is not there`);
      },
      signal: ending.signal,
      longestPauseMs: 500,
    }).catch((error: unknown) => {
      faults.push(error);
      start.reject(error);
    });
    return start.promise;
  });
  await Promise.all(begun);

  return {
    seen,
    async published() {
      const events = new Map<string, string[]>(agentIds.map((id) => [id, []]));
      const from: Partial<ConsumerConfig> = {
        filter_subject: 'agents.offer.*.*',
        deliver_policy: DeliverPolicy.StartSequence,
        opt_start_seq: state.last_seq + 1,
        inactive_threshold: 10_000_000_000,
      };
      const { name } = await manager.consumers.add('AGENTS', from);
      const consumer = await nats.jetstream().consumers.get('AGENTS', name);
      const { num_pending: pending } = await consumer.info();
      const messages = pending === 0 ? [] : await consumer.fetch({ max_messages: pending, expires: 10_000 });
      const told = new Set<string>();
      for await (const message of messages) {
        const { id, type, kind, entities } = message.json<Message>();
        const offer = entities.find(({ __typename }) => __typename === 'Offer');
        const own = events.get(message.subject.split('.').at(-1) ?? '');
        if (!told.has(id)) own?.push(`${kind ?? type.split('.').at(-1)?.toUpperCase()} ${offer?.key}`);
        told.add(id);
      }
      return events;
    },
    async stop() {
      ending.abort();
      await nats.close();
      return faults;
    },
  };
}

interface Message {
  readonly id: string;
  readonly type: string;
  readonly kind?: string;
  readonly entities: readonly { readonly __typename: string; readonly key: string }[];
}
