import { readFileSync } from 'node:fs';

/**
 * Whether a process with this id runs and its command line contains `commandPart`: ids are given again, so a number from a file may be somebody else by now. Where there
 * is no /proc the id alone decides.
 */
export function isRunning(pid: number, commandPart = ''): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(commandPart);
  } catch {
    return process.platform !== 'linux';
  }
}
