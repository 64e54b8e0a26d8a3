import { join } from 'node:path';
import { type External, type Ports, type ServiceName, type SubgraphName, subgraphNames } from './config.ts';
import { type ConnectionShare, connectionShare } from './connectionBudget.ts';
import { natsService } from './services/nats.ts';
import { nodeService } from './services/nodeService.ts';
import { pgbouncerService } from './services/pgbouncer.ts';
import { postgresService } from './services/postgres.ts';
import { redisService } from './services/redis.ts';
import type { ServiceDefinition, ServiceSurroundings } from './services/service.ts';
import type { StackKeys } from './stackKeys.ts';

/** Where everything is, as clients and services see it. */
export interface PlatformUrls {
  readonly gateway: string;
  readonly graphql: string;
  readonly subgraphs: Readonly<Record<SubgraphName, string>>;
  /** As the subgraphs have them: through PgBouncer, if it runs. */
  readonly databases: Readonly<Record<SubgraphName, string>>;
  readonly nats: string;
  readonly redis: string;
  /** Of the emulator; undefined when the real service or another address is used. */
  readonly openAi: string | undefined;
}

export interface PlatformParts {
  readonly folder: string;
  readonly host: string;
  readonly ports: Ports;
  readonly external: External;
  readonly keys: StackKeys;
  readonly token: { readonly issuer: string; readonly audience: string };
  readonly connectionBudget: number;
  readonly pgbouncer: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Variables for one service, over all others. */
  readonly serviceEnv: Readonly<Partial<Record<ServiceName, NodeJS.ProcessEnv>>>;
  readonly say: (line: string) => void;
}

/** The log file of a service. */
export const logFileOf = (folder: string, service: ServiceName): string => join(folder, 'logs', `${service}.log`);

/** PostgreSQL, Redis and NATS, those of them that are not given from outside. */
export function storeServices(parts: PlatformParts): {
  postgres: (ServiceDefinition & { readonly url: string }) | undefined;
  redis: ServiceDefinition | undefined;
  nats: ServiceDefinition | undefined;
} {
  const { external } = parts;
  const surroundings = (name: ServiceName) => surroundingsOf(parts, name);
  const allGiven = subgraphNames.every((name) => external.databaseUrls[name]);
  return {
    postgres:
      external.postgresUrl || allGiven
        ? undefined
        : postgresService({
            ...surroundings('postgres'),
            password: parts.keys.passwords.postgres,
            settings: POSTGRES_SETTINGS,
          }),
    redis: external.redisUrl ? undefined : redisService(surroundings('redis')),
    nats: external.natsUrl ? undefined : natsService(surroundings('nats')),
  };
}

function surroundingsOf(parts: PlatformParts, name: ServiceName): ServiceSurroundings {
  return {
    port: parts.ports[name],
    dataDir: join(parts.folder, 'data', name),
    logFile: logFileOf(parts.folder, name),
    env: parts.env,
    say: parts.say,
  };
}

/** What a subgraph has of the budget of connections. */
export function shareOf({ connectionBudget, external }: PlatformParts, name: SubgraphName): ConnectionShare {
  return connectionShare(connectionBudget, { replica: external.replicaUrls?.[name] !== undefined });
}

/** PgBouncer before the databases that were provided here, if it is wanted and can be had. Those given from outside are used as they are. */
export function poolerService(
  parts: PlatformParts,
  provided: Readonly<Partial<Record<SubgraphName, string>>>,
): ReturnType<typeof pgbouncerService> {
  if (!parts.pgbouncer) return undefined;
  const databases = Object.fromEntries(
    Object.entries(provided).filter(([name]) => !parts.external.databaseUrls[name as SubgraphName]),
  );
  return pgbouncerService({
    ...surroundingsOf(parts, 'pgbouncer'),
    databases,
    shareOf: (name) => shareOf(parts, name),
  });
}

/** For one machine that also runs everything else. */
const POSTGRES_SETTINGS = {
  shared_buffers: '64MB',
  max_connections: '100',
  max_wal_size: '512MB',
  // A commit is not lost when a process is killed, only when the machine loses power within half a second of it.
  synchronous_commit: 'off',
  // random_page_cost stays at 4: at 60,000 leads 1.1 made no page or report faster that mattered, and of those whose plan it changed some slower (lists by score with three filters threefold).
  // One process less for each: asynchronous reads gain nothing on data this small.
  io_method: 'sync',
  max_logical_replication_workers: '0',
  log_min_duration_statement: '500',
} as const;

/**
 * What one operation may cost on this machine, by who asks: every persisted operation with its largest page fits twice (`test/costs.int.test.ts`), a list in a list in a list of a hundred does not. About 1 an object.
 */
export const costBudgets: Readonly<Record<string, number>> = {
  OPERATOR: 20_000,
  FRONTEND: 12_000,
  AGENT: 4_000,
  PARTNER: 2_000,
  // Lists that it may not have are estimated as well: it is to be told that.
  ANONYMOUS: 1_000,
};

/** The OpenAI emulator, the subgraphs and the gateway. */
export function programServices(
  parts: PlatformParts,
  urls: PlatformUrls,
): {
  openai: ServiceDefinition | undefined;
  gateway: ServiceDefinition;
  subgraphs: Record<SubgraphName, ServiceDefinition>;
} {
  const { folder, keys, token } = parts;
  const inherited: NodeJS.ProcessEnv = {
    ...parts.env,
    HOST: '127.0.0.1',
    NATS_URL: urls.nats,
    REDIS_URL: urls.redis,
    JWT_ISSUER: token.issuer,
    JWT_AUDIENCE: token.audience,
    APOLLO_TELEMETRY_DISABLED: 'true',
  };
  // Databases and secrets are given to their own subgraph alone.
  for (const name of subgraphNames) {
    for (const store of ['DATABASE', 'REPLICA']) delete inherited[`${name.toUpperCase()}_${store}_URL`];
  }
  for (const name of ['POSTGRES_URL', 'LEADS_MASTER_KEY', 'OPENAI_API_KEY', 'CURSOR_KEY']) delete inherited[name];

  const program = (name: ServiceName, script: string, heapMegabytes: number, env: NodeJS.ProcessEnv) =>
    nodeService({
      name,
      port: parts.ports[name],
      script,
      heapMegabytes,
      semiSpaceMegabytes: name === 'gateway' ? 16 : 4,
      logFile: logFileOf(folder, name),
      stopTimeoutMs: 15_000,
      env: { ...inherited, ...env, ...parts.serviceEnv[name] },
    });
  const subgraph = (name: SubgraphName, env: NodeJS.ProcessEnv = {}) => {
    const share = shareOf(parts, name);
    const replicaUrl = parts.external.replicaUrls?.[name];
    return program(name, `subgraphs/${name}/dist/main.js`, 384, {
      DATABASE_POOL_SIZE: parts.env.DATABASE_POOL_SIZE || `${share.pool}`,
      [`${name.toUpperCase()}_DATABASE_URL`]: urls.databases[name],
      ...(replicaUrl && {
        DATABASE_REPLICA_POOL_SIZE: `${share.replicaPool}`,
        [`${name.toUpperCase()}_REPLICA_URL`]: replicaUrl,
      }),
      GATEWAY_JWKS_FILE: keys.gatewayJwksFile,
      ...env,
    });
  };
  return {
    openai: urls.openAi ? program('openai', 'infra/emulators/dist/main.js', 192, {}) : undefined,
    subgraphs: {
      leads: subgraph('leads', { LEADS_MASTER_KEY: parts.env.LEADS_MASTER_KEY || keys.leadsMasterKey }),
      agents: subgraph('agents'),
      payments: subgraph('payments'),
      ai: subgraph('ai', {
        ...(urls.openAi
          ? { OPENAI_BASE_URL: urls.openAi, OPENAI_API_KEY: 'sk-emulator' }
          : { OPENAI_API_KEY: parts.env.OPENAI_API_KEY }),
      }),
    },
    gateway: program('gateway', 'gateway/dist/main.js', 512, {
      HOST: parts.host,
      GATEWAY_SIGNING_KEY_FILE: keys.gatewaySigningKeyFile,
      JWKS_FILE: parts.env.JWKS_FILE || (parts.env.JWKS_URL ? undefined : keys.issuerJwksFile),
      SUBGRAPH_URLS: JSON.stringify(urls.subgraphs),
      CURSOR_KEY: parts.env.CURSOR_KEY || keys.cursorKey,
      COST_BUDGETS: parts.env.COST_BUDGETS || JSON.stringify(costBudgets),
      PERSISTED_ONLY: parts.env.PERSISTED_ONLY ?? 'PARTNER',
      ENTITY_CACHE: parts.env.ENTITY_CACHE || 'true',
    }),
  };
}

export function natsUrlOf({ ports, external }: Pick<PlatformParts, 'ports' | 'external'>): string {
  return external.natsUrl ?? `nats://127.0.0.1:${ports.nats}`;
}

/** The addresses that follow from the ports and from what is given. */
export function platformUrls(
  { ports, external }: Pick<PlatformParts, 'ports' | 'external'>,
  databases: Readonly<Record<SubgraphName, string>>,
): PlatformUrls {
  const http = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;
  const subgraphs = Object.fromEntries(subgraphNames.map((name) => [name, http(ports[name], '/graphql')]));
  return {
    gateway: http(ports.gateway),
    graphql: http(ports.gateway, '/graphql'),
    subgraphs: subgraphs as Record<SubgraphName, string>,
    databases,
    nats: natsUrlOf({ external, ports }),
    redis: external.redisUrl ?? `redis://127.0.0.1:${ports.redis}`,
    openAi: external.openAi ? undefined : http(ports.openai, '/v1'),
  };
}
