import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '../processes/isRunning.ts';

const FAST_SHUTDOWN_MS = 10_000;

/**
 * Ends the PostgreSQL that a killed launcher left running on this data folder: its pid stands in `postmaster.pid`. A file whose process is gone is left to PostgreSQL,
 * which finds out by it whether sessions of the old server are still alive; one whose pid belongs to another program by now would stop the start, and is removed.
 */
export async function endLeftPostmaster(dataDir: string, say: (line: string) => void): Promise<void> {
  const file = join(dataDir, 'postmaster.pid');
  const pid = readPid(file);
  if (pid === undefined || !isRunning(pid)) return;
  if (!isRunning(pid, 'postgres')) {
    rmSync(file, { force: true });
    return;
  }
  say(`… ending the PostgreSQL (process ${pid}) that an earlier run left behind`);
  process.kill(pid, 'SIGINT');
  const deadline = performance.now() + FAST_SHUTDOWN_MS;
  while (isRunning(pid)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(50);
  }
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}
