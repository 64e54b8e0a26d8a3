import { Counter, Gauge, type Registry } from 'prom-client';
import type { PersistedReady } from './persistedOperations.js';

/** Counted by additions, and read when somebody asks for the metrics. */
export interface PersistedCounts {
  /** Requests for operations of manifests, by the client's name. */
  readonly byClient: Map<string, number>;
  notFound: number;
  /** Requests that named no operation of theirs and had to. */
  refused: number;
  readonly automatic: { memory: number; store: number; missed: number; registered: number; mismatched: number };
  /** Of the snapshot that took over last. */
  ready: PersistedReady | undefined;
}

export function createPersistedMetrics(registry: Registry): PersistedCounts {
  const counts: PersistedCounts = {
    byClient: new Map(),
    notFound: 0,
    refused: 0,
    automatic: { memory: 0, store: 0, missed: 0, registered: 0, mismatched: 0 },
    ready: undefined,
  };
  const registers = [registry];
  new Counter({
    name: 'persisted_operation_requests_total',
    help: 'Requests for persisted operations that were found, by the client whose manifest has them.',
    labelNames: ['client'],
    registers,
    collect() {
      this.reset();
      for (const [client, count] of counts.byClient) this.inc({ client }, count);
    },
  });
  new Counter({
    name: 'persisted_operations_refused_total',
    help: 'Requests refused for the way in which they name their operation, by reason (not-found, id-required).',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset();
      this.inc({ reason: 'not-found' }, counts.notFound);
      this.inc({ reason: 'id-required' }, counts.refused);
    },
  });
  new Counter({
    name: 'automatic_persisted_queries_total',
    help: 'Automatic persisted queries, by result (memory and store: found there; missed, registered, mismatched).',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      for (const [result, count] of Object.entries(counts.automatic)) this.inc({ result }, count);
    },
  });
  new Gauge({
    name: 'persisted_operations',
    help: 'Operations of manifests, by state when they took over (all; refused: not of this schema; left: not prepared yet).',
    labelNames: ['state'],
    registers,
    collect() {
      this.reset();
      if (!counts.ready) return;
      const { operations, refused, left } = counts.ready;
      this.set({ state: 'all' }, operations);
      this.set({ state: 'refused' }, refused);
      this.set({ state: 'left' }, left);
    },
  });
  return counts;
}
