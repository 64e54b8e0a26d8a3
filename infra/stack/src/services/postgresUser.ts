import { execFileSync, spawnSync } from 'node:child_process';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user PostgreSQL has to run as when this process is root, which PostgreSQL refuses: `postgres`, created when the machine has none. Undefined for everybody else.
 */
export function postgresUser(env: NodeJS.ProcessEnv): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = lookUp(env);
  if (known) return known;
  spawnSync('groupadd', ['--system', 'postgres'], { env, stdio: 'ignore' });
  spawnSync('useradd', ['--system', '--gid', 'postgres', '--no-create-home', 'postgres'], { env, stdio: 'ignore' });
  const created = lookUp(env);
  if (!created) {
    throw new Error(
      'PostgreSQL does not run as root, and the user "postgres" could not be created. Run "useradd --system postgres", or start as another user.',
    );
  }
  return created;
}

/** Whether `user` may read and enter `path`; undefined stands for the user of this process. */
export function canEnter(user: SystemUser | undefined, path: string): boolean {
  if (!user) return true;
  return (
    spawnSync('/bin/sh', ['-c', 'test -r "$0" && test -x "$0"', path], { ...user, cwd: '/', stdio: 'ignore' })
      .status === 0
  );
}

function lookUp(env: NodeJS.ProcessEnv): SystemUser | undefined {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}
