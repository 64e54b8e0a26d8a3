import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { createStoreMetrics } from './store/storeMetrics.js';

/** The metrics that every subgraph has. One registry a process; a subgraph registers its own on `registry` as well. */
export function createMetrics(service: string) {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    ...createStoreMetrics(registry),
    requests: new Histogram({
      name: 'graphql_request_duration_seconds',
      help: 'Duration of GraphQL requests by outcome (ok, error).',
      labelNames: ['outcome'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    errors: new Counter({
      name: 'graphql_errors_total',
      help: 'GraphQL errors by code.',
      labelNames: ['code'],
      registers,
    }),
    messages: new Counter({
      name: 'inbox_messages_total',
      help: 'Consumed messages by type and outcome (handled, repeated, ignored, retried, dead).',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    handling: new Histogram({
      name: 'inbox_handling_duration_seconds',
      help: 'Time from taking a message to its acknowledgement, by type.',
      labelNames: ['type'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    published: new Counter({
      name: 'outbox_published_total',
      help: 'Outbox messages published, by type.',
      labelNames: ['type'],
      registers,
    }),
    publishFailures: new Counter({
      name: 'outbox_publish_failures_total',
      help: 'Publishes that failed and are repeated.',
      registers,
    }),
    outboxPending: new Gauge({
      name: 'outbox_pending',
      help: 'Outbox messages seen unpublished at the last look.',
      registers,
    }),
    sweeps: new Counter({
      name: 'sweeper_actions_total',
      help: 'What sweepers finished, by sweeper.',
      labelNames: ['sweeper'],
      registers,
    }),
    /** Shows by which of the gateway's keys its tokens are believed. */
    showKeys(ids: () => readonly string[]): void {
      new Gauge({
        name: 'gateway_keys',
        help: "The gateway's public keys that are believed: 1, by the key's id.",
        labelNames: ['kid'],
        registers,
        collect() {
          this.reset();
          for (const kid of ids()) this.set({ kid }, 1);
        },
      });
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
