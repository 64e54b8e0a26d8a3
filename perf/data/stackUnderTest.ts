import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../infra/stack/src/config.ts';
import { buildPackages } from '../../infra/stack/src/launcher/buildPackages.ts';
import { type Platform, startPlatform } from '../../infra/stack/src/platform.ts';
import { logFileOf } from '../../infra/stack/src/platformServices.ts';
import { say } from '../report.ts';

/** Data outlive the measurement, so that it does not load them again. */
const FOLDER = join(PROJECT_ROOT, '.leadgraph', 'perf-data');
/** What was measured while they were being loaded; goes with them. */
export const GROWTH_FILE = join(FOLDER, 'growth.json');

/** The file that PostgreSQL logs to. */
export const postgresLog = (): string => logFileOf(FOLDER, 'postgres');

/** The platform on ports of its own, with a folder of its own. `fresh`: without the data of earlier measurements. */
export async function startStack(fresh: boolean): Promise<Platform> {
  if (fresh) rmSync(FOLDER, { recursive: true, force: true });
  say('… starting the platform');
  // Its watchdog ends what runs when this process is stopped.
  return startPlatform({ folder: FOLDER, built: buildPackages(process.env), say });
}

/** The superuser's address of a subgraph's database. */
export function superuserUrl({ ports, keys }: Platform, database: string): string {
  return `postgres://postgres:${keys.passwords.postgres}@127.0.0.1:${ports.postgres}/${database}`;
}

/** Stops what is not measured and would answer what is written meanwhile: new leads stay where their intake leaves them. */
export async function leaveOnlyStores(platform: Platform): Promise<void> {
  for (const name of ['gateway', 'ai', 'payments', 'openai'] as const) await platform.service(name).stop();
}
