import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  connectionShare,
  DEFAULT_CONNECTION_BUDGET,
  LEAST_CONNECTION_BUDGET,
  LEAST_CONNECTION_BUDGET_WITH_REPLICA,
} from './connectionBudget.ts';

/** The project's folder. */
export const PROJECT_ROOT = resolve(fileURLToPath(new URL('../../..', import.meta.url)));

/** What runs on a port of its own, in the order in which it is shown. */
export const serviceNames = [
  'gateway',
  'leads',
  'agents',
  'payments',
  'ai',
  'openai',
  'postgres',
  'pgbouncer',
  'redis',
  'nats',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/** The four that own a store. */
export const subgraphNames = ['leads', 'agents', 'payments', 'ai'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

export type Ports = Readonly<Record<ServiceName, number>>;

/** The variable that sets a service's port. */
export const portVariables: Readonly<Record<ServiceName, string>> = {
  gateway: 'PORT',
  leads: 'LEADS_PORT',
  agents: 'AGENTS_PORT',
  payments: 'PAYMENTS_PORT',
  ai: 'AI_PORT',
  openai: 'OPENAI_EMULATOR_PORT',
  postgres: 'POSTGRES_PORT',
  pgbouncer: 'PGBOUNCER_PORT',
  redis: 'REDIS_PORT',
  nats: 'NATS_PORT',
};

const defaultPorts: Ports = {
  gateway: 4000,
  leads: 4001,
  agents: 4002,
  payments: 4003,
  ai: 4004,
  openai: 4010,
  postgres: 5442,
  pgbouncer: 6442,
  redis: 6389,
  nats: 4232,
};

/** What is given from outside and therefore not started here. */
export interface External {
  readonly natsUrl?: string;
  readonly redisUrl?: string;
  /** A superuser's; the roles and databases are made there. */
  readonly postgresUrl?: string;
  readonly databaseUrls: Readonly<Partial<Record<SubgraphName, string>>>;
  /** Read replicas; none is made here. */
  readonly replicaUrls?: Readonly<Partial<Record<SubgraphName, string>>>;
  /** No emulator: there is another address, or a key of the real service. */
  readonly openAi: boolean;
}

export interface StackConfig {
  /** Data, keys and logs. */
  readonly folder: string;
  /** Where the gateway listens; everything else stays on the loopback interface. */
  readonly host: string;
  readonly ports: Ports;
  readonly external: External;
  readonly token: { readonly issuer: string; readonly audience: string };
  /** Server connections over the four databases (see connectionBudget.ts). */
  readonly connectionBudget: number;
  /** Whether PgBouncer stands between, where it can be had. */
  readonly pgbouncer: boolean;
  /** The environment that the services inherit. */
  readonly env: NodeJS.ProcessEnv;
  /** The process that waits for this one, if bootstrap.mjs started it. */
  readonly parentPid: number | undefined;
}

/** Thrown when the environment is not usable; the message lists every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the environment of the local stack once. Throws one `ConfigError` that names every fault. PORT, LEADS_PORT, AGENTS_PORT, PAYMENTS_PORT, AI_PORT,
 * OPENAI_EMULATOR_PORT, POSTGRES_PORT, PGBOUNCER_PORT, REDIS_PORT, NATS_PORT: where to listen. HOST: the gateway's address. NATS_URL, REDIS_URL, POSTGRES_URL (a superuser's),
 * LEADS_DATABASE_URL (AGENTS_, PAYMENTS_, AI_), OPENAI_BASE_URL or OPENAI_API_KEY: what runs elsewhere and is not started. LEADGRAPH_DIR: the folder of data, keys
 * and logs. DATABASE_CONNECTIONS: the budget of server connections. PGBOUNCER: auto or off. JWT_ISSUER, JWT_AUDIENCE: of the clients' tokens. What is not named here goes on to the services unchanged.
 */
export function readStackConfig(env: NodeJS.ProcessEnv = process.env): StackConfig {
  const faults: string[] = [];
  const given = (name: string): string | undefined => env[name] || undefined;

  const ports = Object.fromEntries(
    serviceNames.map((service) => [service, readPort(portVariables[service], given, defaultPorts[service], faults)]),
  ) as Record<ServiceName, number>;
  reportSharedPorts(ports, faults);

  const url = (name: string, protocols: string[]): string | undefined => {
    const value = given(name);
    if (value === undefined) return undefined;
    if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
    faults.push(`${name}: give an address that begins with ${protocols.map((each) => `${each}//`).join(' or ')}`);
    return undefined;
  };
  const postgres = ['postgres:', 'postgresql:'];
  const databaseUrls = Object.fromEntries(
    subgraphNames.flatMap((name) => {
      const value = url(`${name.toUpperCase()}_DATABASE_URL`, postgres);
      return value ? [[name, value]] : [];
    }),
  );
  const replicaUrls = Object.fromEntries(
    subgraphNames.flatMap((name) => {
      const value = url(`${name.toUpperCase()}_REPLICA_URL`, postgres);
      return value ? [[name, value]] : [];
    }),
  );
  const natsUrl = url('NATS_URL', ['nats:', 'tls:']);
  const redisUrl = url('REDIS_URL', ['redis:', 'rediss:']);
  const postgresUrl = url('POSTGRES_URL', postgres);
  const openAi = url('OPENAI_BASE_URL', ['http:', 'https:']) !== undefined || given('OPENAI_API_KEY') !== undefined;
  const masterKey = given('LEADS_MASTER_KEY');
  if (masterKey !== undefined && Buffer.from(masterKey, 'base64').length !== 32) {
    faults.push('LEADS_MASTER_KEY: give 32 bytes as base64, for example from "openssl rand -base64 32"');
  }
  const connectionBudget = Number(given('DATABASE_CONNECTIONS') ?? DEFAULT_CONNECTION_BUDGET);
  const replica = Object.keys(replicaUrls).length > 0;
  const least = replica ? LEAST_CONNECTION_BUDGET_WITH_REPLICA : LEAST_CONNECTION_BUDGET;
  if (!Number.isInteger(connectionBudget) || connectionBudget < least) {
    faults.push(
      `DATABASE_CONNECTIONS: give a number of at least ${least}${replica ? ' with a read replica' : ''}, connections over the four databases`,
    );
  } else {
    const { pool } = connectionShare(connectionBudget, { replica });
    if (Number(given('DATABASE_POOL_SIZE') ?? 0) > pool) {
      faults.push(
        `DATABASE_POOL_SIZE: at most ${pool} fit into a budget of ${connectionBudget} connections; raise DATABASE_CONNECTIONS`,
      );
    }
  }
  const pgbouncer = given('PGBOUNCER') ?? 'auto';
  if (pgbouncer !== 'auto' && pgbouncer !== 'off') faults.push('PGBOUNCER: give auto or off');

  if (faults.length > 0) throw new ConfigError(`The environment is not usable:\n  ${faults.join('\n  ')}`);
  const folder = given('LEADGRAPH_DIR') ?? '.leadgraph';
  const parentPid = Number(given('LEADGRAPH_PARENT_PID'));
  return {
    folder: isAbsolute(folder) ? folder : join(PROJECT_ROOT, folder),
    host: given('HOST') ?? '127.0.0.1',
    ports,
    external: {
      ...(natsUrl && { natsUrl }),
      ...(redisUrl && { redisUrl }),
      ...(postgresUrl && { postgresUrl }),
      databaseUrls,
      ...(replica && { replicaUrls }),
      openAi,
    },
    token: { issuer: given('JWT_ISSUER') ?? 'leadgraph-local', audience: given('JWT_AUDIENCE') ?? 'leadgraph' },
    connectionBudget,
    pgbouncer: pgbouncer === 'auto',
    env: { ...env },
    parentPid: Number.isInteger(parentPid) && parentPid > 1 ? parentPid : undefined,
  };
}

function readPort(
  variable: string,
  given: (name: string) => string | undefined,
  fallback: number,
  faults: string[],
): number {
  const value = given(variable);
  if (value === undefined) return fallback;
  const port = Number(value);
  if (/^\d+$/.test(value) && port >= 1 && port <= 65_535) return port;
  faults.push(`${variable}: give a port between 1 and 65535, not "${value}"`);
  return fallback;
}

function reportSharedPorts(ports: Ports, faults: string[]): void {
  const byPort = Map.groupBy(serviceNames, (service) => ports[service]);
  for (const [port, services] of byPort) {
    if (services.length > 1) {
      faults.push(`${services.map((each) => portVariables[each]).join(', ')}: all of them are ${port}`);
    }
  }
}

/** For platforms that tests start: nothing of what their runner has set for itself. */
export function minimalEnvironment({ PATH, HOME, LANG }: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { PATH, HOME, LANG };
}
