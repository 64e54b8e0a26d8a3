import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { enterableDataDir } from '../services/postgres.ts';
import { postgresUser } from '../services/postgresUser.ts';

/** Deletes what the stores keep and the note that the demo data are in. Keys and logs stay: tokens that were issued remain good. */
export function wipeData(folder: string, env: NodeJS.ProcessEnv): void {
  const data = join(folder, 'data');
  const outside = enterableDataDir(join(data, 'postgres'), postgresUser(env));
  for (const each of [outside, data, seededFile(folder)]) rmSync(each, { recursive: true, force: true });
}

/** Exists once the demo data are in the stores. */
export const seededFile = (folder: string): string => join(folder, 'seeded.json');
