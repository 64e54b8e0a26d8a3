import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface WantedServer {
  /** The program's file name. */
  readonly program: string;
  readonly aptPackage: string;
  readonly dockerImage: string;
  /** What to type on a Mac. */
  readonly brewFormula: string;
  /** The variable by which a running one can be given. */
  readonly urlVariable: string;
}

/** How a server can be run on this machine. */
export type ServerProgram =
  | { readonly kind: 'binary'; readonly path: string }
  | { readonly kind: 'docker'; readonly image: string };

/** A machine that lacks something only its user can install; the message says what. */
export class NotInstalled extends Error {
  override readonly name = 'NotInstalled';
}

/**
 * Finds a server's program: on the PATH; else installed by apt-get, which needs root on Debian or Ubuntu; else as a docker image. Throws `NotInstalled` with what to
 * do when there is none of it. `say` is told when something is installed, because that takes a while.
 */
export function findServerProgram(
  wanted: WantedServer,
  options: { env: NodeJS.ProcessEnv; say: (line: string) => void },
): ServerProgram {
  const { env } = options;
  const path = findServerBinary(wanted, options);
  if (path) return { kind: 'binary', path };
  if (
    onPath('docker', env.PATH ?? '') &&
    spawnSync('docker', ['info'], { env, stdio: 'ignore', timeout: 10_000 }).status === 0
  ) {
    return { kind: 'docker', image: wanted.dockerImage };
  }
  throw new NotInstalled(
    `${wanted.program} is not installed. Do one of these, then start again:
    Debian, Ubuntu:  sudo apt-get install ${wanted.aptPackage}
    macOS:           brew install ${wanted.brewFormula}
    or start docker, which then runs ${wanted.dockerImage}
    or set ${wanted.urlVariable} to the address of one that runs already`,
  );
}

/** A server's program on the PATH, else as apt-get installs it, which needs root on Debian or Ubuntu; undefined where neither is possible. */
export function findServerBinary(
  wanted: Pick<WantedServer, 'program' | 'aptPackage'>,
  { env, say }: { env: NodeJS.ProcessEnv; say: (line: string) => void },
): string | undefined {
  const find = (program: string) => onPath(program, env.PATH ?? '');
  const present = find(wanted.program);
  if (present) return present;
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version') || !find('apt-get')) return undefined;
  say(`${wanted.program} is not installed: apt-get install ${wanted.aptPackage} …`);
  const installed = aptInstall(wanted.aptPackage, env) ? find(wanted.program) : undefined;
  if (!installed) say(`apt-get could not install ${wanted.aptPackage}`);
  return installed;
}

/** The first executable of this name in the folders of `searchPath`; Debian keeps servers in /usr/sbin, which users' PATHs often lack. */
export function onPath(program: string, searchPath: string): string | undefined {
  for (const folder of [...searchPath.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin']) {
    const path = join(folder, program);
    try {
      if (folder !== '') accessSync(path, constants.X_OK);
      if (folder !== '') return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function aptInstall(aptPackage: string, inherited: NodeJS.ProcessEnv): boolean {
  // RUNLEVEL=1 keeps the package from starting a server of its own.
  const env = { ...inherited, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = (...args: string[]) =>
    spawnSync('apt-get', ['-q', ...args], { env, stdio: 'ignore', timeout: 300_000 }).status === 0;
  const install = () => run('install', '-y', '--no-install-recommends', aptPackage);
  return install() || (run('update') && install());
}
