import { createAudit } from '../audit/audit.js';
import type { EntityCache } from '../cache/entityCache.js';
import type { GatewayConfig } from '../config.js';
import { executeOperation } from '../execute/executeOperation.js';
import { type Execute, shareExecutions } from '../execute/shareExecutions.js';
import type { StartOptions } from '../execute/startOperation.js';
import { connectRedis } from '../limits/connectRedis.js';
import { createAdmit } from '../limits/operationLimits.js';
import { createRateLimits } from '../limits/rateLimits.js';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { AutomaticQueries } from '../persisted/automaticQueries.js';
import { createFindOperation } from '../persisted/findOperation.js';
import type { PersistedCounts } from '../persisted/persistedMetrics.js';
import type { HeaderRules } from '../subgraph/headerRules.js';

/** What an identity needs to see plans in production. */
const EXPLAIN_SCOPE = 'plan:read';

export interface RequestsParts {
  /** Whether there are manifests to come. */
  readonly expectsManifests: boolean;
  readonly counts: PersistedCounts;
  readonly headerRules: HeaderRules;
  /** Counted here. */
  readonly changes: { seen: number };
  /** Keeps what subgraphs answer; undefined where nothing is kept. */
  readonly entityCache: EntityCache | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** What happens to every request, whatever it came by. */
export interface Requests {
  readonly starting: StartOptions;
  /** Sends what is still to be recorded, for so long at the most, and ends the connections. */
  close(longestMs: number): Promise<void>;
}

/** Wires the way of a request: find its operation → admit → execute, and record it. */
export function createRequests(config: GatewayConfig, parts: RequestsParts): Requests {
  const { expectsManifests, counts, headerRules, changes, entityCache, log, metrics } = parts;
  const { costBudgets, rates, redisUrl } = config.limits;
  const { only: persistedOnly, automatic } = config.persisted;
  // Opened for what needs it.
  const redis = (rates || automatic) && redisUrl !== undefined ? connectRedis(redisUrl, log) : undefined;
  const audit = createAudit({ config: config.audit, natsUrl: config.natsUrl, log, metrics });
  const alone: Execute = (request) => executeOperation(request, log);
  const onShared = () => {
    metrics.tallies.sharedRequests += 1;
  };
  const starting: StartOptions = {
    findOperation: createFindOperation({
      persistedOnly,
      automatic: automatic && new AutomaticQueries({ ...automatic, store: redis, counts: counts.automatic }),
      expectsManifests,
      counts,
    }),
    // Where there is a cache, its clock alone knows what other processes have changed: fetches are shared by it.
    execute:
      config.shareRequests && !entityCache
        ? shareExecutions(alone, { changes, onShared, forwardedHeaders: headerRules.reads })
        : alone,
    changes,
    admit: createAdmit(costBudgets, rates && createRateLimits(rates, redis)),
    costBudgets,
    audit,
    mayExplain: ({ scopes }) => config.explainToAll || scopes.includes(EXPLAIN_SCOPE),
  };
  return {
    starting,
    async close(longestMs) {
      await audit?.close(longestMs);
      redis?.disconnect();
    },
  };
}
