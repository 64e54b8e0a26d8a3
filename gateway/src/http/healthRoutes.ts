import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { ClientStatus } from '../clients/clientMetrics.js';
import type { Metrics } from '../metrics.js';
import type { Reachability, Subgraph } from '../subgraph/subgraph.js';
import type { SupergraphSlot } from '../supergraph/supergraphSlot.js';

export interface HealthRoutesOptions {
  readonly slot: SupergraphSlot;
  readonly metrics: Metrics;
  readonly isDraining: () => boolean;
  /** What is known of clients; undefined where there is no directory of them. */
  readonly clients?: (() => ClientStatus) | undefined;
}

const PROBE_TIMEOUT_MS = 1_000;
/** However often readiness is asked for, a subgraph is probed this often at the most. */
const PROBE_MEMORY_MS = 2_000;

/**
 * `/health/live`: the process answers. `/health/ready`: a supergraph is in service and the process is not about to end; it tells which subgraphs can be
 * reached without failing on it, since taking every gateway out when one subgraph is away would take the other subgraphs away too, and how old what it knows of clients is.
 * `/metrics`: for Prometheus.
 */
export function registerHealthRoutes(app: FastifyInstance, options: HealthRoutesOptions): void {
  const { slot, metrics, isDraining, clients } = options;
  const probes = new LRUCache<string, Promise<Reachability>>({ max: 1_000, ttl: PROBE_MEMORY_MS });
  const probe = (subgraph: Subgraph) => {
    const known = probes.get(subgraph.url) ?? subgraph.reach(PROBE_TIMEOUT_MS);
    probes.set(subgraph.url, known);
    return known;
  };

  app.get('/health/live', async () => ({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const { current } = slot;
    if (isDraining() || !current) {
      return reply
        .code(503)
        .send({ status: 'not ready', reason: isDraining() ? 'about to end' : 'no supergraph loaded' });
    }
    const { id, loadedAt } = current;
    const subgraphs = await Promise.all(current.subgraphs.map(async (each) => [each.name, await probe(each)] as const));
    return {
      status: 'ready',
      supergraph: { id: id.slice(0, 12), loadedAt },
      subgraphs: Object.fromEntries(subgraphs),
      ...(clients && { clients: clients() }),
    };
  });
  app.get('/metrics', async (_request, reply) => {
    reply.type(metrics.registry.contentType);
    return metrics.registry.metrics();
  });
}
