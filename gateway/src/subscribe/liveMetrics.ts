import { Counter, Gauge, type Registry } from 'prom-client';
import { DurationHistogram } from '../durationHistogram.js';

/** What is going on with subscriptions, read when somebody asks for the metrics. */
export interface LiveFigures {
  readonly connections: Readonly<Record<string, number>>;
  readonly subscriptions: number;
  /** Sources that are followed: subscriptions that share one count once. */
  readonly sources: number;
  /** Payloads that wait for subscribers. */
  readonly waiting: number;
  /** Whether the streams of events can be reached; undefined without any. */
  readonly streamsConnected: boolean | undefined;
  readonly counts: {
    readonly events: number;
    readonly replayed: number;
    readonly executions: number;
    readonly payloads: number;
    readonly withheld: number;
    readonly retries: number;
    readonly gaps: number;
    readonly slow: number;
  };
  /** Messages of the streams; undefined without any. */
  readonly messages: Readonly<Record<'received' | 'dispatched' | 'invalid' | 'repeated', number>> | undefined;
}

/** From an event on the same machine to one that waited for a restart. */
const LAG_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Adds the metrics of subscriptions to a registry. `figures` are the counts as they stand, which only grow. */
export function createLiveMetrics(registry: Registry, figures: () => LiveFigures) {
  const registers = [registry];
  const gauge = (name: string, help: string, read: (figures: LiveFigures) => number | undefined) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(figures()) ?? 0);
      },
    });
  const counter = (name: string, help: string, read: (counts: LiveFigures['counts']) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(figures().counts));
      },
    });
  new Gauge({
    name: 'live_connections',
    help: 'Open connections that subscriptions may come over, by transport (websocket, sse).',
    labelNames: ['transport'],
    registers,
    collect() {
      for (const [transport, count] of Object.entries(figures().connections)) this.set({ transport }, count);
    },
  });
  gauge('subscriptions', 'Subscriptions that run.', ({ subscriptions }) => subscriptions);
  gauge('subscription_sources', 'Sources that are followed for subscriptions.', ({ sources }) => sources);
  gauge('subscription_queued_payloads', 'Payloads that wait for subscribers to read.', ({ waiting }) => waiting);
  gauge('event_streams_connected', 'Whether the streams of events can be reached (1) or not (0).', (live) =>
    Number(live.streamsConnected ?? false),
  );
  new Counter({
    name: 'event_messages_total',
    help: 'Messages of the streams of events: received, dispatched to who follows them, invalid (no event) and repeated (known already).',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      const { messages } = figures();
      for (const result of ['received', 'dispatched', 'invalid', 'repeated'] as const)
        this.inc({ result }, messages?.[result] ?? 0);
    },
  });
  counter('subscription_events_total', 'Events that have come for subscriptions.', ({ events }) => events);
  counter(
    'subscription_events_replayed_total',
    'Events that were there before who got them began to follow.',
    (counts) => counts.replayed,
  );
  counter(
    'subscription_executions_total',
    'Executions of events: one for all subscriptions that share it.',
    (counts) => counts.executions,
  );
  counter('subscription_payloads_total', 'Payloads that were handed to subscribers.', ({ payloads }) => payloads);
  counter(
    'subscription_events_withheld_total',
    'Events whose entity its owner did not show to the subscriber.',
    (counts) => counts.withheld,
  );
  counter(
    'subscription_event_retries_total',
    'Executions that were tried again since a subgraph was away.',
    (counts) => counts.retries,
  );
  counter(
    'subscription_gaps_total',
    'Subscribers that were told that events cannot be had any more.',
    ({ gaps }) => gaps,
  );
  counter(
    'subscription_slow_consumers_total',
    'Subscribers that were told to come again since they read too slowly.',
    (counts) => counts.slow,
  );
  return {
    /** From the event to its being handed to the socket, in seconds, by transport; replayed events are not observed. */
    lag: new DurationHistogram({
      name: 'subscription_lag_seconds',
      help: 'Time from an event to its being handed to the socket, by transport (websocket, sse); replayed ones left out.',
      labelNames: ['transport'],
      buckets: LAG_SECONDS,
      registry,
    }),
  };
}

export type LiveMetrics = ReturnType<typeof createLiveMetrics>;
