import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Which cores the gateway under test and everything else run on, as lists that taskset understands; undefined where nothing is pinned. */
export interface Cores {
  readonly gateway: string | undefined;
  readonly load: string | undefined;
  /** What a reader of the figures has to know. */
  readonly remark: string;
}

/** Gives the gateway the first core that this process may use, alone, and moves this process to the others. Pins nothing where taskset or a second core is missing. */
export function assignCores(): Cores {
  const [first, ...others] = allowedCores();
  if (first === undefined || others.length === 0) {
    return { gateway: undefined, load: undefined, remark: 'not pinned: there is only one core, or it is not known' };
  }
  const load = others.join(',');
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', load, String(process.pid)], { stdio: 'ignore' });
  if (status !== 0) return { gateway: undefined, load: undefined, remark: 'not pinned: taskset is missing' };
  return { gateway: String(first), load, remark: `gateway on core ${first}, load and subgraphs on ${load}` };
}

/** The program and arguments that run a command on the given cores. */
export function pinned(cores: string | undefined, command: string, args: readonly string[]): [string, string[]] {
  return cores === undefined ? [command, [...args]] : ['taskset', ['-c', cores, command, ...args]];
}

/** Reads `0-2,5` from the status of this process; empty where there is no /proc. */
function allowedCores(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    return list.split(',').flatMap((range) => {
      const [from = Number.NaN, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, index) => from + index);
    });
  } catch {
    return [];
  }
}
