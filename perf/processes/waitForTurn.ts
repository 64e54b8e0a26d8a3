import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from '../report.ts';

const LOOK_MS = 1000;
const LONGEST_WAIT_MS = 60 * 60_000;

/** Waits until no other measurement runs on this machine: two at a time would measure each other. Gives up after an hour. */
export async function waitForTurn(file = join(tmpdir(), 'leadgraph-perf-turn', 'pid')): Promise<void> {
  mkdirSync(join(file, '..'), { recursive: true });
  const deadline = performance.now() + LONGEST_WAIT_MS;
  for (let waited = false; !take(file); waited = true) {
    const holder = holderOf(file);
    if (holder === undefined || !isMeasuring(holder)) {
      rmSync(file, { force: true }); // left by one that was killed
      continue;
    }
    if (performance.now() > deadline) throw new Error(`Process ${holder} has been measuring for an hour.`);
    if (!waited) say(`… waiting for another measurement (process ${holder}) to end`);
    await delay(LOOK_MS);
  }
  process.on('exit', () => {
    if (holderOf(file) === process.pid) rmSync(file, { force: true });
  });
}

/** False when the file is there already. */
function take(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

/** Numbers of processes are given again: where there is /proc, the command line has to be that of a measurement. */
function isMeasuring(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('perf/main.ts');
  } catch {
    return process.platform !== 'linux';
  }
}
