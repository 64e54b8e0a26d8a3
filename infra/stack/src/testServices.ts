import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { freePorts } from './processes/freePorts.ts';
import type { ManagedProcess } from './processes/managedProcess.ts';
import { startWatchdog } from './processes/watchdog.ts';
import { natsService } from './services/nats.ts';
import { postgresService } from './services/postgres.ts';
import { canEnter, postgresUser } from './services/postgresUser.ts';
import { redisService } from './services/redis.ts';
import type { ServiceDefinition } from './services/service.ts';
import { startService } from './services/startService.ts';

const URL_VARIABLES = ['TEST_POSTGRES_URL', 'TEST_NATS_URL', 'TEST_REDIS_URL'];

/**
 * vitest's global set-up: PostgreSQL, Redis and NATS of this run's own, on free ports, in a temporary folder. The test processes find them in `TEST_POSTGRES_URL` (a
 * superuser's), `TEST_REDIS_URL` and `TEST_NATS_URL`; one that is set already is left to whoever set it. A run of nothing but `*.unit.test.ts` starts none.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = URL_VARIABLES.filter((variable) => !process.env[variable]);
  if (missing.length === 0 || !(await needsServices(project))) return undefined;

  const env = { ...process.env };
  const base = canEnter(postgresUser(env), tmpdir()) ? tmpdir() : '/var/tmp';
  const folder = mkdtempSync(join(base, 'leadgraph-test-'));
  chmodSync(folder, 0o755);
  const watchdog = startWatchdog();
  watchdog.removeAtEnd(folder);
  const running: ManagedProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map((each) => each.stop()));
    rmSync(folder, { recursive: true, force: true });
    watchdog.close();
  };
  try {
    const services = await definitions(folder, env);
    await Promise.all(
      services
        .filter(({ variable }) => !process.env[variable])
        .map(async ({ definition, variable, url }) => {
          running.push(await startService(definition, watchdog));
          process.env[variable] = url;
        }),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Whether a file of this run is more than a unit test. */
async function needsServices({ vitest }: TestProject): Promise<boolean> {
  const filters = (vitest as unknown as { filenamePattern?: string[] }).filenamePattern;
  const files = await vitest.globTestSpecifications(filters);
  return files.some(({ moduleId }) => !moduleId.endsWith('.unit.test.ts'));
}

interface TestService {
  readonly variable: string;
  readonly url: string;
  readonly definition: ServiceDefinition;
}

async function definitions(folder: string, env: NodeJS.ProcessEnv): Promise<TestService[]> {
  const [postgresPort = 0, natsPort = 0, redisPort = 0] = await freePorts(3);
  const common = (name: string, port: number) => ({
    port,
    env,
    dataDir: join(folder, name),
    logFile: join(folder, `${name}.log`),
    say: (line: string) => console.log(line),
  });
  const postgres = postgresService({
    ...common('postgres', postgresPort),
    password: 'postgres',
    // Nothing here has to survive a power failure.
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
      shared_buffers: '64MB',
    },
  });
  return [
    { variable: 'TEST_POSTGRES_URL', url: postgres.url, definition: postgres },
    {
      variable: 'TEST_NATS_URL',
      url: `nats://127.0.0.1:${natsPort}`,
      definition: natsService(common('nats', natsPort)),
    },
    {
      variable: 'TEST_REDIS_URL',
      url: `redis://127.0.0.1:${redisPort}`,
      definition: redisService(common('redis', redisPort)),
    },
  ];
}
