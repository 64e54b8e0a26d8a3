import { setTimeout as delay } from 'node:timers/promises';
import { type Launch, type RunningChild, startChild } from '../processes/childProcesses.ts';

/** A program that takes being killed: started again, it is at the same address with the same data. */
export interface Killable {
  readonly name: string;
  /** Resolves when it answers. Rejects with the end of its output when it does not. */
  readonly start: () => Promise<void>;
  /** By SIGKILL. Resolves when it is gone. */
  readonly kill: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Of the process that runs; -1 when none does. */
  readonly pid: () => number;
}

const START_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;

/** A Node program that can be killed. `answers`: whether it is up; an error means not yet. */
export function killableChild(launch: Launch, answers: (child: RunningChild) => Promise<boolean>): Killable {
  let child: RunningChild | undefined;
  const stop = async () => {
    await child?.stop();
    child = undefined;
  };
  return {
    name: launch.name,
    pid: () => child?.pid ?? -1,
    async start() {
      child = startChild(launch);
      await untilItAnswers(child, answers);
    },
    async kill() {
      if (child) process.kill(child.pid, 'SIGKILL');
      await stop();
    },
    stop,
  };
}

async function untilItAnswers(child: RunningChild, answers: (child: RunningChild) => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await answers(child).catch(() => false))) {
    if (child.hasEnded() || performance.now() > deadline) {
      throw new Error(`${child.name} ${child.hasEnded() ? 'ended' : 'does not answer'}:\n${child.lastOutput()}`);
    }
    await delay(LOOK_MS);
  }
}
