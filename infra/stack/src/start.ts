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
import { type DemoAgentRef, seededAgent, seedOnce } from './launcher/demoData.ts';
import { takeLock } from './launcher/lockFile.ts';
import { prepareFolder } from './launcher/prepareFolder.ts';
import { createSteps, type Steps } from './launcher/steps.ts';
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
  prepareFolder(config.folder);
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
    const platform = await launch(config, { afterCrash: lock.afterCrash, flags, stop, steps });
    const stopped = new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([welcome(platform, config, { flags, steps, stop }), stopped]);
    await stopped;
    steps.say('\nStopping …');
    await steps.time('everything has stopped', () => platform.stop());
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
  { afterCrash, flags, stop, steps }: Surroundings & { afterCrash: boolean },
): Promise<Platform> {
  const { folder, env } = config;
  const dataDir = enterableDataDir(join(folder, 'data', 'postgres'), postgresUser(env));
  await endLeftPostmaster(dataDir, steps.say);
  await checkPorts(config.ports, ownServices(config), { host: config.host, patienceMs: afterCrash ? LEFTOVERS_MS : 0 });
  if (flags.fresh) {
    await steps.time('stores emptied', async () => wipeData(folder, env));
    prepareFolder(folder);
  }
  const built = steps.time('built', () => buildPackages(env, stop));
  built.catch(() => {});
  return startPlatform(
    {
      folder,
      ports: config.ports,
      host: config.host,
      external: config.external,
      token: config.token,
      connectionBudget: config.connectionBudget,
      pgbouncer: config.pgbouncer,
      env,
      built,
      say: steps.say,
      onReady: (service, tookMs) => steps.done(`${service} on ${config.ports[service]}`, tookMs),
    },
    stop,
  );
}

/** A stack without demo data is a good stack: what went wrong is said, and everything goes on. */
async function demoData(
  platform: Platform,
  { folder }: StackConfig,
  { flags, steps }: Pick<Surroundings, 'flags' | 'steps'>,
): Promise<DemoAgentRef | undefined> {
  const known = seededAgent(folder);
  if (known || flags['no-demo-data']) return known;
  try {
    return await steps.time('demo data', () => seedOnce(platform, folder));
  } catch (error) {
    steps.say(`✗ The demo data could not be put in; the next start tries again. ${(error as Error).message}`);
    return undefined;
  }
}

/** Whose ports have to be free. */
function ownServices({ external, pgbouncer }: StackConfig): ServiceName[] {
  const allGiven = subgraphNames.every((name) => external.databaseUrls[name] !== undefined);
  const given: Partial<Record<ServiceName, boolean>> = {
    nats: external.natsUrl !== undefined,
    redis: external.redisUrl !== undefined,
    openai: external.openAi,
    postgres: external.postgresUrl !== undefined || allGiven,
    pgbouncer: !pgbouncer || allGiven,
  };
  return serviceNames.filter((service) => !given[service]);
}

interface Surroundings {
  readonly flags: Flags;
  readonly steps: Steps;
  readonly stop: AbortSignal;
}

/** What happens once everything runs. */
async function welcome(platform: Platform, config: StackConfig, { flags, steps, stop }: Surroundings): Promise<void> {
  const agent = await demoData(platform, config, { flags, steps });
  if (stop.aborted) return;
  await announce(platform, { folder: config.folder, agent, seconds: process.uptime() });
  if (flags.watch) watchSources(platform, { say: steps.say, signal: stop });
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

const code = await main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  return 1;
});
// A request of the demo data may still be waiting for its next try.
process.exit(code);
