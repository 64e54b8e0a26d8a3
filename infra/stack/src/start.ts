import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ConfigError,
  readStackConfig,
  type ServiceName,
  type StackConfig,
  serviceNames,
  subgraphNames,
} from './config.ts';
import { announce } from './launcher/announce.ts';
import { BuildFailed, buildPackages } from './launcher/buildPackages.ts';
import { checkPorts, PortsInUse } from './launcher/checkPorts.ts';
import { takeLock } from './launcher/lockFile.ts';
import { createSteps } from './launcher/steps.ts';
import { Stopped, untilStopped } from './launcher/untilStopped.ts';
import { watchSources } from './launcher/watchSources.ts';
import { wipeData } from './launcher/wipeData.ts';
import { type Platform, startPlatform } from './platform.ts';
import { ServiceFailed } from './processes/untilReady.ts';
import { endLeftPostmaster } from './services/leftPostmaster.ts';
import { enterableDataDir } from './services/postgres.ts';
import { postgresUser } from './services/postgresUser.ts';
import { NotInstalled } from './services/serverProgram.ts';

const USAGE = `npm start -- [--fresh] [--watch] [--no-demo-data]

  --fresh         begin with empty stores
  --watch         compile on each change and restart what it concerns (npm run dev)
  --no-demo-data  leave the stores as they are`;

/** How long what a killed launcher left behind may take to end. */
const LEFTOVERS_MS = 8_000;

interface Flags {
  fresh?: boolean;
  watch?: boolean;
  'no-demo-data'?: boolean;
}

/** `npm start`: the whole platform on this machine, until it is told to stop. Answers the exit code. */
async function main(): Promise<number> {
  const flags = readFlags();
  if (!flags) return 2;
  const config = readStackConfig();
  mkdirSync(config.folder, { recursive: true });
  const url = `http://localhost:${config.ports.gateway}`;
  const lock = takeLock(join(config.folder, 'launcher.lock'), { pid: process.pid, url });
  if (!lock.held) {
    console.error(
      `The stack runs already: ${lock.by.url} (process ${lock.by.pid}).\nStop it with Ctrl-C where it was started, or with "kill ${lock.by.pid}".`,
    );
    return 1;
  }
  const steps = createSteps();
  const stop = untilStopped(config.parentPid, () => process.exit(130));
  try {
    const platform = await launch(config, flags, { afterCrash: lock.afterCrash, stop, steps });
    await announce(platform, config, process.uptime());
    if (flags.watch) watchSources(platform, { say: steps.say, signal: stop });
    await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }));
    await shutDown(platform, steps);
    return 0;
  } catch (error) {
    if (error instanceof Stopped || stop.aborted) return 130;
    const expected = [ServiceFailed, BuildFailed, PortsInUse, NotInstalled].some((kind) => error instanceof kind);
    console.error(expected ? `\n${(error as Error).message}` : error);
    return 1;
  } finally {
    lock.release();
  }
}

async function launch(
  config: StackConfig,
  flags: Flags,
  { afterCrash, stop, steps }: { afterCrash: boolean; stop: AbortSignal; steps: ReturnType<typeof createSteps> },
): Promise<Platform> {
  const { folder, env } = config;
  const dataDir = enterableDataDir(join(folder, 'data', 'postgres'), postgresUser(env));
  await endLeftPostmaster(dataDir, steps.say);
  await checkPorts(config.ports, ownServices(config), { host: config.host, patienceMs: afterCrash ? LEFTOVERS_MS : 0 });
  if (flags.fresh) await steps.time('stores emptied', async () => wipeData(folder, env));
  const built = steps.time('built', () => buildPackages(env, stop));
  built.catch(() => {});
  return startPlatform(
    {
      folder,
      ports: config.ports,
      host: config.host,
      external: config.external,
      token: config.token,
      env,
      built,
      say: steps.say,
      onReady: (service, tookMs) => steps.done(`${service} on ${config.ports[service]}`, tookMs),
    },
    stop,
  );
}

/** Whose ports have to be free. */
function ownServices({ external }: StackConfig): ServiceName[] {
  const given: Partial<Record<ServiceName, boolean>> = {
    nats: external.natsUrl !== undefined,
    redis: external.redisUrl !== undefined,
    openai: external.openAi,
    postgres: external.postgresUrl !== undefined || subgraphNames.every((name) => external.databaseUrls[name]),
  };
  return serviceNames.filter((service) => !given[service]);
}

async function shutDown(platform: Platform, steps: ReturnType<typeof createSteps>): Promise<void> {
  steps.say('\nStopping …');
  await steps.time('everything has stopped', () => platform.stop());
}

function readFlags(): Flags | undefined {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean' },
        watch: { type: 'boolean' },
        'no-demo-data': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (!values.help) return values;
    console.log(USAGE);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
  }
  return undefined;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  return 1;
});
