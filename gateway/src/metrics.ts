import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { DurationHistogram } from './durationHistogram.js';

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const MOST_CODES = 200;

/** In seconds: from a fetch on the same machine to one that is given up. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** The gateway's metrics, in one registry a gateway. */
export function createMetrics() {
  const registry = new Registry();
  registry.setDefaultLabels({ service: 'gateway' });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const errors = new Counter({
    name: 'graphql_errors_total',
    help: 'Errors in responses, by code.',
    labelNames: ['code'],
    registers,
  });
  // Counted by an addition and read by prom-client when somebody asks: its own counters look an entry up by its labels each time, in every request.
  const tallies = {
    lookupHits: 0,
    lookupMisses: 0,
    sharedFetches: 0,
    sharedEntities: 0,
    sharedRequests: 0,
    parsed: 0,
    validated: 0,
  };
  const requestsInFlight = { count: 0 };
  new Gauge({
    name: 'graphql_requests_in_flight',
    help: 'Requests to /graphql that have not been answered yet.',
    registers,
    collect() {
      this.set(requestsInFlight.count);
    },
  });
  const planning = new Histogram({
    name: 'operation_planning_duration_seconds',
    help: 'Duration of planning new operations, waiting for the planner included, by result (planned, failed).',
    labelNames: ['result'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const codes = new Set<string>();
  return {
    registry,
    requests: new DurationHistogram({
      name: 'graphql_request_duration_seconds',
      help: 'Duration of requests to /graphql, by operation type (query, mutation, none) and outcome (ok, partial, refused, error, gone).',
      labelNames: ['operation', 'outcome'],
      buckets,
      registry,
    }),
    requestsInFlight,
    tallies,
    /** Counts an error. Codes come from subgraphs as well: odd ones, and more than 200 of them, are counted as OTHER. */
    countError(code: unknown) {
      let label = typeof code === 'string' && CODE.test(code) ? code : 'OTHER';
      if (!codes.has(label)) {
        if (codes.size < MOST_CODES) codes.add(label);
        else label = 'OTHER';
      }
      errors.inc({ code: label });
    },
    operationLookups: new Counter({
      name: 'operation_lookups_total',
      help: 'Lookups of parsed and validated operations, by result (hit, miss).',
      labelNames: ['result'],
      registers,
      collect() {
        this.reset();
        this.inc({ result: 'hit' }, tallies.lookupHits);
        this.inc({ result: 'miss' }, tallies.lookupMisses);
      },
    }),
    documentsParsed: new Counter({
      name: 'documents_parsed_total',
      help: 'Documents parsed: those of new operations, and of manifests when they are prepared.',
      registers,
      collect() {
        this.reset();
        this.inc(tallies.parsed);
      },
    }),
    documentsValidated: new Counter({
      name: 'documents_validated_total',
      help: 'Documents validated against the schema.',
      registers,
      collect() {
        this.reset();
        this.inc(tallies.validated);
      },
    }),
    subgraphRequests: new DurationHistogram({
      name: 'subgraph_request_duration_seconds',
      help: 'Duration of requests to subgraphs, by subgraph and outcome (ok, error, timeout, unreachable, overloaded, invalid, too-large, aborted).',
      labelNames: ['subgraph', 'outcome'],
      buckets,
      registry,
    }),
    fetchesShared: new Counter({
      name: 'subgraph_fetches_shared_total',
      help: 'Fetches that were not sent since the same one of another request was in flight.',
      registers,
      collect() {
        this.reset();
        this.inc(tallies.sharedFetches);
      },
    }),
    entitiesShared: new Counter({
      name: 'subgraph_entities_shared_total',
      help: 'Entities that were not asked for since a fetch of another request that was in flight asked for them among others.',
      registers,
      collect() {
        this.reset();
        this.inc(tallies.sharedEntities);
      },
    }),
    requestsShared: new Counter({
      name: 'graphql_requests_shared_total',
      help: 'Requests that got the answer of an identical one in flight.',
      registers,
      collect() {
        this.reset();
        this.inc(tallies.sharedRequests);
      },
    }),
    /** Measures a planning that has been asked for, waiting for the planner included. */
    async timePlanning<T>(planned: Promise<T>): Promise<T> {
      const end = planning.startTimer();
      try {
        const plan = await planned;
        end({ result: 'planned' });
        return plan;
      } catch (error) {
        end({ result: 'failed' });
        throw error;
      }
    },
    supergraphLoads: new Counter({
      name: 'supergraph_loads_total',
      help: 'Supergraphs read, by result (loaded, failed). After a failure the one before keeps serving.',
      labelNames: ['result'],
      registers,
    }),
    supergraphLoadedAt: new Gauge({
      name: 'supergraph_loaded_timestamp_seconds',
      help: 'When the supergraph that is served was loaded.',
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
