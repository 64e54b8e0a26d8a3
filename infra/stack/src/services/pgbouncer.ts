import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { PROJECT_ROOT, type SubgraphName } from '../config.ts';
import type { ConnectionShare } from '../connectionBudget.ts';
import { canEnter, postgresUser, type SystemUser } from './postgresUser.ts';
import { scramSecret } from './scramSecret.ts';
import { findServerBinary } from './serverProgram.ts';
import type { ServiceDefinition, ServiceSurroundings } from './service.ts';
import { sharedFolder } from './sharedFolder.ts';

export interface PgBouncerOptions extends ServiceSurroundings {
  /** The databases that it stands before, by the addresses at which the server has them. */
  readonly databases: Readonly<Partial<Record<SubgraphName, string>>>;
  readonly shareOf: (name: SubgraphName) => ConnectionShare;
}

/**
 * PgBouncer in transaction mode between the subgraphs and PostgreSQL: however many processes there are, the server has no more connections than the budget says.
 * Undefined where the program cannot be had; everything works without it.
 */
export function pgbouncerService(
  options: PgBouncerOptions,
): (ServiceDefinition & { readonly urls: PgBouncerOptions['databases'] }) | undefined {
  const { port, env, logFile, databases, say } = options;
  const [known] = Object.values(databases);
  if (known === undefined) return undefined;
  const program = findServerBinary({ program: 'pgbouncer', aptPackage: 'pgbouncer' }, { env, say });
  if (!program) {
    say('PgBouncer is not installed: the subgraphs connect to PostgreSQL directly');
    return undefined;
  }
  const urls = Object.fromEntries(Object.entries(databases).map(([name, url]) => [name, throughPort(url, port)]));
  return {
    name: 'pgbouncer',
    port,
    urls,
    readyTimeoutMs: 10_000,
    async prepare() {
      const user = postgresUser(env);
      const folder = enterableFolder(options.dataDir, user);
      const authFile = join(folder, 'users.txt');
      const configFile = join(folder, 'pgbouncer.ini');
      writeFor(user, authFile, usersOf(databases));
      writeFor(user, configFile, configOf(options, authFile));
      return {
        name: 'pgbouncer',
        command: program,
        args: [configFile],
        env,
        cwd: folder,
        ...(user && { user }),
        logFile,
        // SIGINT would wait for its clients, which are stopped before it or reconnect for ever.
        stopSignal: 'SIGTERM',
        stopTimeoutMs: 5_000,
      };
    },
    async probe() {
      const [connectionString] = Object.values(urls);
      const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
    },
  };
}

function configOf({ port, databases, shareOf }: PgBouncerOptions, authFile: string): string {
  const lines = Object.entries(databases).map(([name, address]) => {
    const { hostname, port: serverPort, pathname } = new URL(address);
    const { pool } = shareOf(name as SubgraphName);
    return `${name} = host=${hostname} port=${serverPort || 5432} dbname=${pathname.slice(1)} pool_size=${pool} max_db_connections=${pool}`;
  });
  return [
    '[databases]',
    ...lines,
    '',
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    `auth_file = ${authFile}`,
    '',
    readFileSync(join(PROJECT_ROOT, 'infra', 'pgbouncer', 'settings.ini'), 'utf8'),
  ].join('\n');
}

function usersOf(databases: PgBouncerOptions['databases']): string {
  return Object.values(databases)
    .map((address) => {
      const { username, password } = new URL(address);
      return `"${username}" "${scramSecret(username, password)}"\n`;
    })
    .join('');
}

function throughPort(address: string, port: number): string {
  const url = new URL(address);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}

/** Where its user can read: below the project, or in a folder outside when only root can go there. */
function enterableFolder(wanted: string, user: SystemUser | undefined): string {
  mkdirSync(dirname(wanted), { recursive: true });
  const folder = canEnter(user, dirname(wanted)) ? wanted : join(sharedFolder(`pgbouncer ${wanted}`), 'pgbouncer');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (user) chownSync(folder, user.uid, user.gid);
  return folder;
}

function writeFor(user: SystemUser | undefined, file: string, content: string): void {
  writeFileSync(file, content, { mode: 0o600 });
  if (user) chownSync(file, user.uid, user.gid);
}
