import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type AccessConfig, accessConfig, accessVariables } from './config/access.js';
import { type AuditConfig, auditConfig, auditVariables } from './config/audit.js';
import { type CacheConfig, cacheConfig, cacheVariables } from './config/cache.js';
import { readFlags } from './config/flags.js';
import { type HttpConfig, httpConfig, httpVariables } from './config/http.js';
import { type IdentityConfig, identityConfig, identityVariables, KEY_HEADER } from './config/identity.js';
import { limitVariables, type RequestLimits, requestLimits } from './config/limits.js';
import { type LiveLimits, liveLimits, liveVariables } from './config/live.js';
import { type OperationsConfig, operationsConfig, operationVariables } from './config/operations.js';
import {
  readHeaderRules,
  readSubgraphUrls,
  type SubgraphsConfig,
  subgraphsConfig,
  subgraphVariables,
} from './config/subgraphs.js';
import { milliseconds } from './config/values.js';
import { reasonOf } from './errors/reasonOf.js';
import type { HeaderRulesConfig } from './subgraph/headerRules.js';

const Environment = z.object({
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  SUPERGRAPH_FILE: z.string().default(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url))),
  FILES_POLL_MS: milliseconds.default(500),
  NATS_URL: z.string().optional(),
  ...httpVariables,
  ...accessVariables,
  ...identityVariables,
  ...limitVariables,
  ...operationVariables,
  ...subgraphVariables,
  ...liveVariables,
  ...auditVariables,
  ...cacheVariables,
});

/** Everything that the gateway is told from outside. What `config/` has by topic comes together here. */
export interface GatewayConfig extends HttpConfig, AccessConfig, IdentityConfig, OperationsConfig, SubgraphsConfig {
  readonly logLevel: string;
  readonly supergraphFile: string;
  /** How often files that may change meanwhile are looked at: of the supergraph, of keys and of clients. */
  readonly filesPollMs: number;
  /** Where a subgraph is, when not where the supergraph says: by `urlKey` of its name. */
  readonly subgraphUrls: ReadonlyMap<string, string>;
  readonly headerRules: HeaderRulesConfig;
  readonly limits: RequestLimits;
  /** Where events that subgraphs publish come from; without it fields with `@eventSource` cannot be subscribed to. */
  readonly natsUrl: string | undefined;
  readonly live: LiveLimits;
  readonly audit: AuditConfig;
  /** Undefined: no answers of subgraphs are kept. */
  readonly cache: CacheConfig | undefined;
}

/** Thrown at start when flags or environment are not usable; the message lists every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the gateway's configuration from the environment and the flags `--supergraph FILE`, `--port N`, `--host H` and
 * `--subgraph name=url` (one a subgraph), which win.
 * Nothing is required. Throws one `ConfigError` that names every fault.
 */
export function readConfig(
  env: NodeJS.ProcessEnv = process.env,
  args: string[] = process.argv.slice(2),
): GatewayConfig {
  const faults: string[] = [];
  const attempt = <T>(source: string, read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      faults.push(`${source}: ${reasonOf(error)}`);
      return undefined;
    }
  };

  const flags = attempt('flags', () => readFlags(args)) ?? {};
  const given = Object.fromEntries(Object.entries({ ...env, ...flags }).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  for (const issue of parsed.error?.issues ?? []) faults.push(`${issue.path.join('.')}: ${issue.message}`);
  // What several variables say together.
  if (given.JWKS_FILE && given.JWKS_URL) faults.push('JWKS_FILE, JWKS_URL: give one of them');
  const subgraphUrls = attempt('SUBGRAPH_URLS', () => readSubgraphUrls(given));
  const headerRules = attempt('HEADER_RULES', () =>
    readHeaderRules(given.HEADER_RULES ?? '{}', {
      signing: given.GATEWAY_SIGNING_KEY_FILE !== undefined,
      keyHeader: given.CLIENT_KEY_HEADER ?? KEY_HEADER,
    }),
  );
  const cache = parsed.success
    ? attempt('ENTITY_CACHE', () =>
        cacheConfig(parsed.data, { redisUrl: parsed.data.REDIS_URL, natsUrl: parsed.data.NATS_URL }),
      )
    : undefined;
  if (!parsed.success || !subgraphUrls || !headerRules || faults.length > 0) {
    throw new ConfigError(`The configuration of the gateway is not usable:\n  ${faults.join('\n  ')}`);
  }

  const values = parsed.data;
  return {
    logLevel: values.LOG_LEVEL,
    supergraphFile: values.SUPERGRAPH_FILE,
    filesPollMs: values.FILES_POLL_MS,
    natsUrl: values.NATS_URL,
    subgraphUrls,
    headerRules,
    ...httpConfig(values),
    ...accessConfig(values),
    ...identityConfig(values),
    ...operationsConfig(values),
    ...subgraphsConfig(values),
    limits: requestLimits(values),
    live: liveLimits(values),
    audit: auditConfig(values),
    cache,
  };
}

/** Where NATS is, for commands: the local stack's unless it is given. */
export function readNatsUrl(env: NodeJS.ProcessEnv = process.env): string {
  return env.NATS_URL || 'nats://127.0.0.1:4232';
}
