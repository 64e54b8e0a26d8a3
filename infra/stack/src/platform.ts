import { join } from 'node:path';
import {
  type External,
  minimalEnvironment,
  type Ports,
  type ServiceName,
  type SubgraphName,
  serviceNames,
  subgraphNames,
} from './config.ts';
import { DEFAULT_CONNECTION_BUDGET } from './connectionBudget.ts';
import { createIssuer, type IssueToken } from './issueToken.ts';
import { prepareFolder } from './launcher/prepareFolder.ts';
import {
  logFileOf,
  natsUrlOf,
  type PlatformParts,
  type PlatformUrls,
  platformUrls,
  poolerService,
  programServices,
  shareOf,
  storeServices,
} from './platformServices.ts';
import { freePorts } from './processes/freePorts.ts';
import { setAsideLongLog } from './processes/setAsideLongLog.ts';
import { ServiceFailed } from './processes/untilReady.ts';
import { startWatchdog } from './processes/watchdog.ts';
import { type ProvidedClients, provideClients } from './provideClients.ts';
import { provideDatabases } from './services/databases.ts';
import type { ServiceDefinition } from './services/service.ts';
import { SupervisedService } from './services/supervisedService.ts';
import { loadStackKeys, type StackKeys } from './stackKeys.ts';

export interface PlatformOptions {
  /** Data, keys and logs; made when it is not there. */
  readonly folder: string;
  /** Free ports are chosen for those that are left out. */
  readonly ports?: Partial<Ports>;
  readonly host?: string;
  readonly external?: External;
  /** What the services inherit. Default: nothing but PATH and HOME. */
  readonly env?: NodeJS.ProcessEnv;
  /** Variables for one service, e.g. `{ openai: { EMULATOR_LATENCY_MS: '50' } }`. */
  readonly serviceEnv?: PlatformParts['serviceEnv'];
  readonly token?: PlatformParts['token'];
  /** Server connections over the four databases. Default: 20. */
  readonly connectionBudget?: number;
  /** False: the subgraphs connect to PostgreSQL directly. Default: through PgBouncer, where it can be had. */
  readonly pgbouncer?: boolean;
  /** Told of crashes, restarts and what takes long. */
  readonly say?: (line: string) => void;
  /** Told when a service answers, with the milliseconds since its start. */
  readonly onReady?: (service: ServiceName, tookMs: number) => void;
  /** The project's own programs wait for this (the build); stores do not. */
  readonly built?: Promise<unknown>;
}

/** Thrown for a service that this platform does not run, because it is given from outside. */
export class NotRunHere extends Error {
  override readonly name = 'NotRunHere';
}

export interface Platform {
  readonly urls: PlatformUrls;
  readonly ports: Ports;
  readonly keys: StackKeys;
  readonly issueToken: IssueToken;
  /** What the local partner sends as `x-partner-key`; undefined where its keys have been changed by hand. */
  readonly partnerKey: string | undefined;
  /** The services that run here, in the order of their ports. */
  readonly services: readonly ServiceName[];
  /** For failure tests: `service('leads').kill('SIGKILL')`, then `.start()`. A process killed by its `pid` is started again by itself. */
  service(name: ServiceName): SupervisedService;
  /** Stops everything in order: gateway, subgraphs (which drain), emulator, then NATS and PgBouncer, Redis and PostgreSQL. */
  stop(): Promise<void>;
}

/**
 * Starts the whole platform and waits until each part answers `/health/ready` or its protocol's ping. PostgreSQL, Redis and NATS start together; the roles and databases
 * are made; the programs follow, all at once. On failure, or when `signal` is aborted, everything that was started is stopped and the reason is thrown.
 */
export async function startPlatform(options: PlatformOptions, signal?: AbortSignal): Promise<Platform> {
  const { folder, onReady = () => {}, say = () => {} } = options;
  prepareFolder(folder);
  const parts = await partsOf(options);
  const watchdog = startWatchdog();
  const services = new Map<ServiceName, SupervisedService>();
  const start = async (name: ServiceName, definition: ServiceDefinition | undefined) => {
    if (!definition) return;
    signal?.throwIfAborted();
    setAsideLongLog(logFileOf(folder, name));
    const service = new SupervisedService(definition, { watchdog, say });
    services.set(name, service);
    const began = performance.now();
    await service.start();
    onReady(name, performance.now() - began);
  };
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= stopInOrder(services).finally(() => watchdog.close()));
  const interrupt = () => void stop();
  signal?.addEventListener('abort', interrupt);

  try {
    const stores = storeServices(parts);
    const databases = (async () => {
      await start('postgres', stores.postgres);
      return connectDatabases(parts, stores.postgres?.url, start);
    })();
    const nats = start('nats', stores.nats);
    const clients = nats.then(() => provide(parts));
    const others = Promise.all([start('redis', stores.redis), nats, clients]);
    others.catch(() => {});
    const urls = platformUrls(parts, await databases);
    await options.built;
    const programs = programServices(parts, urls);
    // What waits for nobody comes first: two cores start seven programs.
    await Promise.all([
      ...subgraphNames.map((name) => start(name, programs.subgraphs[name])),
      start('gateway', programs.gateway),
      start('openai', programs.openai),
      others,
    ]);
    signal?.throwIfAborted();
    return {
      urls,
      ports: parts.ports,
      keys: parts.keys,
      issueToken: await createIssuer({ keyFile: parts.keys.issuerKeyFile, ...parts.token }),
      partnerKey: (await clients).key,
      services: serviceNames.filter((name) => services.has(name)),
      service(name) {
        const service = services.get(name);
        if (!service) throw new NotRunHere(`${name} is given from outside, it is not run here.`);
        return service;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
  }
}

function provide({ external, ports, keys, env, say }: PlatformParts): Promise<ProvidedClients> {
  const natsUrl = natsUrlOf({ external, ports });
  return provideClients({ natsUrl, keyFile: keys.partnerKeyFile, env, say });
}

async function partsOf(options: PlatformOptions): Promise<PlatformParts> {
  const missing = serviceNames.filter((name) => options.ports?.[name] === undefined);
  const free = await freePorts(missing.length);
  return {
    folder: options.folder,
    host: options.host ?? '127.0.0.1',
    ports: { ...Object.fromEntries(missing.map((name, index) => [name, free[index]])), ...options.ports } as Ports,
    external: options.external ?? { databaseUrls: {}, openAi: false },
    keys: await loadStackKeys(join(options.folder, 'keys')),
    token: options.token ?? { issuer: 'leadgraph-local', audience: 'leadgraph' },
    connectionBudget: options.connectionBudget ?? DEFAULT_CONNECTION_BUDGET,
    pgbouncer: options.pgbouncer ?? true,
    env: options.env ?? minimalEnvironment(),
    serviceEnv: options.serviceEnv ?? {},
    say: options.say ?? (() => {}),
  };
}

/** Makes roles and databases, starts PgBouncer before them, and answers where the subgraphs find them. */
async function connectDatabases(
  parts: PlatformParts,
  localUrl: string | undefined,
  start: (name: ServiceName, definition: ServiceDefinition | undefined) => Promise<void>,
): Promise<Record<SubgraphName, string>> {
  const { external, keys, say } = parts;
  const superuserUrl = external.postgresUrl ?? localUrl;
  const provided = superuserUrl
    ? await provideDatabases(superuserUrl, keys.passwords, (name) => shareOf(parts, name))
    : {};
  const pooler = poolerService(parts, provided);
  try {
    await start('pgbouncer', pooler);
    return { ...provided, ...pooler?.urls, ...external.databaseUrls } as Record<SubgraphName, string>;
  } catch (error) {
    if (!(error instanceof ServiceFailed)) throw error;
    say(`✗ The subgraphs connect to PostgreSQL directly: ${error.message}`);
    return { ...provided, ...external.databaseUrls } as Record<SubgraphName, string>;
  }
}

/** Nothing loses what it stands on: who calls others goes first. */
async function stopInOrder(services: ReadonlyMap<ServiceName, SupervisedService>): Promise<void> {
  const order: ServiceName[][] = [
    ['gateway'],
    [...subgraphNames],
    ['openai', 'nats', 'pgbouncer'],
    ['redis', 'postgres'],
  ];
  for (const names of order) await Promise.all(names.map((name) => services.get(name)?.stop()));
}
