import { readFileSync } from 'node:fs';
import { cpuSeconds } from '../processes/processUse.ts';

/** Cores: 1 is one core all the time. Undefined where it is not known. */
export interface CoreUse {
  /** What a program used. */
  readonly used: number | undefined;
  /** How much its main thread waited for a core since something else ran there: what is lag of the machine, not of the program. */
  readonly waited: number | undefined;
}

interface Look {
  readonly at: number;
  readonly used: number | undefined;
  readonly waited: number | undefined;
}

/** Adds up what programs use of the cores in the times between `begin` and `end`. */
export class CalmUse {
  private readonly pidsOf: Readonly<Record<string, () => readonly number[]>>;
  private looks: Record<string, Look> = {};
  private readonly sums: Record<string, { seconds: number; used: number | undefined; waited: number | undefined }> = {};

  /** The processes of each program; they may be others each time. */
  constructor(pidsOf: Readonly<Record<string, () => readonly number[]>>) {
    this.pidsOf = pidsOf;
  }

  begin(): void {
    for (const [name, pids] of Object.entries(this.pidsOf)) this.looks[name] = look(pids());
  }

  end(): void {
    for (const [name, pids] of Object.entries(this.pidsOf)) {
      const [before, now] = [this.looks[name], look(pids())];
      const sum = this.sums[name] ?? { seconds: 0, used: 0, waited: 0 };
      this.sums[name] = sum;
      sum.seconds += (now.at - (before?.at ?? now.at)) / 1000;
      sum.used = plus(sum.used, difference(before?.used, now.used));
      sum.waited = plus(sum.waited, difference(before?.waited, now.waited));
    }
  }

  get use(): Readonly<Record<string, CoreUse>> {
    const share = (value: number | undefined, seconds: number) => (value === undefined ? undefined : value / seconds);
    return Object.fromEntries(
      Object.entries(this.sums).map(([name, { seconds, used, waited }]) => [
        name,
        { used: share(used, seconds), waited: share(waited, seconds) },
      ]),
    );
  }
}

function look(pids: readonly number[]): Look {
  const sum = (secondsOf: (pid: number) => number | undefined) =>
    pids.reduce<number | undefined>((total, pid) => plus(total, secondsOf(pid)), 0);
  return { at: performance.now(), used: sum(cpuSeconds), waited: sum(waitedSeconds) };
}

/** The second figure of Linux's `schedstat`: how long the main thread could have run and did not, here in seconds. */
function waitedSeconds(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
  } catch {
    return undefined;
  }
}

function plus(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other;
}

function difference(before: number | undefined, now: number | undefined): number | undefined {
  return before === undefined || now === undefined ? undefined : now - before;
}
