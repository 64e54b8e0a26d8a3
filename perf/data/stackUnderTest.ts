import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../infra/stack/src/config.ts';
import { buildPackages } from '../../infra/stack/src/launcher/buildPackages.ts';
import { type Platform, type PlatformOptions, startPlatform } from '../../infra/stack/src/platform.ts';
import { logFileOf } from '../../infra/stack/src/platformServices.ts';
import { say } from '../report.ts';

/** Data outlive the measurement, so that it does not load them again. */
const folderOf = (name: string) => join(PROJECT_ROOT, '.leadgraph', `perf-${name}`);

/** What was measured while they were being loaded; goes with them. */
export const GROWTH_FILE = join(folderOf('data'), 'growth.json');
/** The file that PostgreSQL logs to, of the measurement `data`. */
export const postgresLog = (): string => logFileOf(folderOf('data'), 'postgres');

export interface StackOptions extends Pick<PlatformOptions, 'serviceEnv'> {
  /** Whose data they are. Default: those of the measurement `data`. */
  readonly name?: string;
  /** Without the data of earlier measurements. */
  readonly fresh?: boolean;
}

/** The platform on ports of its own, with a folder of its own. */
export async function startStack({ name = 'data', fresh = false, serviceEnv = {} }: StackOptions): Promise<Platform> {
  const folder = folderOf(name);
  if (fresh) rmSync(folder, { recursive: true, force: true });
  say('… starting the platform');
  // Its watchdog ends what runs when this process is stopped.
  return startPlatform({ folder, built: buildPackages(process.env), serviceEnv, say });
}

/** The superuser's address of a subgraph's database. */
export function superuserUrl({ ports, keys }: Platform, database: string): string {
  return `postgres://postgres:${keys.passwords.postgres}@127.0.0.1:${ports.postgres}/${database}`;
}

/** Stops what is not measured and would answer what is written meanwhile: new leads stay where their intake leaves them. */
export async function leaveOnlyStores(platform: Platform): Promise<void> {
  for (const name of ['gateway', 'ai', 'payments', 'openai'] as const) await platform.service(name).stop();
}
