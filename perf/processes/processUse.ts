import { readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on every Linux that Node runs on. */
const TICKS = 100;

/** CPU time that a process with all its threads and children has used, in seconds; undefined where there is no /proc. */
export function cpuSeconds(pid: number): number | undefined {
  const tree = treeOf(pid);
  if (tree.length === 0) return undefined;
  return tree.reduce((sum, each) => sum + ownCpuSeconds(each), 0);
}

/** Memory of a process, MB (10^6 bytes). `pss` counts pages that are shared with other processes (Node itself) in part. */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
}

/** Undefined where there is no /proc. */
export function memoryOf(pid: number): Memory | undefined {
  const tree = treeOf(pid);
  if (tree.length === 0) return undefined;
  const sum = (key: string) =>
    tree.reduce((total, each) => total + kilobytes(`/proc/${each}/smaps_rollup`, key) * 1024, 0) / 1e6;
  return { rss: sum('Rss'), pss: sum('Pss') };
}

function ownCpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces; utime and stime are the 14th and 15th field of the line.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0; // ended meanwhile
  }
}

/** The process and its children, down to the last; empty when it is gone or there is no /proc. */
function treeOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => treeOf(Number(child))))];
  } catch {
    return [];
  }
}

function kilobytes(file: string, key: string): number {
  try {
    return Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
