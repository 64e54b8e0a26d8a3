import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type KeySet, parseKeySet } from './identity/gatewayKeys.js';

const port = z.coerce.number().int().min(0).max(65_535);
const milliseconds = z.coerce.number().int().positive();

/** What every subgraph is told from outside. Times are milliseconds. */
const baseShape = {
  PORT: port.optional(),
  HOST: z.string().default('127.0.0.1'),
  NATS_URL: z.string().default('nats://127.0.0.1:4232'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  GATEWAY_JWKS: z.string().optional(),
  GATEWAY_JWKS_FILE: z.string().optional(),
  FILES_POLL_MS: milliseconds.default(500),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(50).default(4),
  DATABASE_REPLICA_POOL_SIZE: z.coerce.number().int().min(1).max(50).default(2),
  DATABASE_ACQUIRE_TIMEOUT_MS: milliseconds.default(5_000),
  DATABASE_MOST_WAITING: z.coerce.number().int().min(1).default(1_000),
  DATABASE_SHARE_READS: z.stringbool().default(true),
  REQUEST_TIMEOUT_MS: milliseconds.default(30_000),
  DRAIN_TIMEOUT_MS: milliseconds.default(10_000),
  ACK_WAIT_MS: milliseconds.default(15_000),
};

export interface SubgraphConfig {
  host: string;
  port: number;
  databaseUrl: string;
  /** The read replica's address, if there is one. */
  replicaUrl?: string | undefined;
  natsUrl: string;
  logLevel: string;
  /** The public keys (a JSON Web Key Set) by which the gateway's tokens are verified. */
  gatewayJwks: KeySet;
  /** Where they are read anew when they change; undefined where they are given once and for all. */
  gatewayJwksFile?: string | undefined;
  /** How often the file is looked at. */
  filesPollMs?: number;
  databasePoolSize: number;
  /** Connections of the process to the read replica, besides those to the primary. */
  replicaPoolSize?: number;
  databaseAcquireTimeoutMs: number;
  /** How many may wait for a connection before the next one is refused. */
  databaseMostWaiting: number;
  /** Whether keyed reads of concurrent requests are answered by one statement. */
  shareReads: boolean;
  requestTimeoutMs: number;
  drainTimeoutMs: number;
  /** After how long NATS delivers again what a process took and then died of. */
  ackWaitMs: number;
}

/** Thrown at start when the environment is not usable; the message lists every fault, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Parses the environment of a subgraph once: what all of them share and the subgraph's own `shape`.
 * Throws one `ConfigError` that names every fault.
 */
export function readConfig<S extends z.ZodRawShape>(
  options: { name: string; defaultPort: number; shape: S },
  env: NodeJS.ProcessEnv = process.env,
): { base: SubgraphConfig; own: z.infer<z.ZodObject<S>> } {
  const databaseKey = `${options.name.toUpperCase()}_DATABASE_URL`;
  const replicaKey = `${options.name.toUpperCase()}_REPLICA_URL`;
  const faults: string[] = [];
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));

  const base = z
    .object({
      ...baseShape,
      [databaseKey]: z.string().startsWith('postgres'),
      [replicaKey]: z.string().startsWith('postgres').optional(),
    })
    .safeParse(given);
  const own = z.object(options.shape).safeParse(given);
  for (const result of [base, own]) {
    for (const issue of result.error?.issues ?? []) faults.push(`${issue.path.join('.')}: ${issue.message}`);
  }
  let gatewayJwks: SubgraphConfig['gatewayJwks'] | undefined;
  try {
    gatewayJwks = readJwks(given);
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  }
  if (!base.success || !own.success || !gatewayJwks) {
    throw new ConfigError(`The configuration of "${options.name}" is not usable:\n  ${faults.join('\n  ')}`);
  }
  const values = base.data;
  return {
    base: {
      host: values.HOST,
      port: values.PORT ?? options.defaultPort,
      databaseUrl: String((values as Record<string, unknown>)[databaseKey]),
      replicaUrl: (values as Record<string, unknown>)[replicaKey] as string | undefined,
      natsUrl: values.NATS_URL,
      logLevel: values.LOG_LEVEL,
      gatewayJwks,
      gatewayJwksFile: values.GATEWAY_JWKS === undefined ? values.GATEWAY_JWKS_FILE : undefined,
      filesPollMs: values.FILES_POLL_MS,
      databasePoolSize: values.DATABASE_POOL_SIZE,
      replicaPoolSize: values.DATABASE_REPLICA_POOL_SIZE,
      databaseAcquireTimeoutMs: values.DATABASE_ACQUIRE_TIMEOUT_MS,
      databaseMostWaiting: values.DATABASE_MOST_WAITING,
      shareReads: values.DATABASE_SHARE_READS,
      requestTimeoutMs: values.REQUEST_TIMEOUT_MS,
      drainTimeoutMs: values.DRAIN_TIMEOUT_MS,
      ackWaitMs: values.ACK_WAIT_MS,
    },
    own: own.data,
  };
}

function readJwks(env: NodeJS.ProcessEnv): SubgraphConfig['gatewayJwks'] {
  const source = env.GATEWAY_JWKS ?? (env.GATEWAY_JWKS_FILE ? readFileSync(env.GATEWAY_JWKS_FILE, 'utf8') : undefined);
  if (!source)
    throw new Error('GATEWAY_JWKS or GATEWAY_JWKS_FILE: give the public keys of the gateway as a JSON Web Key Set');
  try {
    return parseKeySet(source);
  } catch (error) {
    throw new Error(`GATEWAY_JWKS: ${(error as Error).message}`);
  }
}

/** Where NATS is, for the command line tools. */
export function readNatsUrl(env: NodeJS.ProcessEnv = process.env): string {
  return env.NATS_URL || 'nats://127.0.0.1:4232';
}
