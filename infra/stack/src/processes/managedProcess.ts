import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { lastLines } from './lastLines.ts';
import type { Watchdog } from './watchdog.ts';

export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Run as this user; only root can. */
  readonly user?: { uid: number; gid: number };
  /** Both outputs are appended to this file. */
  readonly logFile: string;
  /** The docker container that the process stands for: signals go to the container then. */
  readonly container?: string;
  /** Asks the process to finish; SIGKILL follows when it has not within `stopTimeoutMs`. */
  readonly stopSignal: NodeJS.Signals;
  readonly stopTimeoutMs: number;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running child process. */
export interface ManagedProcess {
  readonly pid: number;
  /** The end of what it has written, for people. */
  lastLines(): string;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<ProcessEnd>;
  kill(signal: NodeJS.Signals): void;
  /** Asks it to finish, insists after the time limit, resolves when it has ended. */
  stop(): Promise<ProcessEnd>;
}

/**
 * Starts a child in a process group of its own, so that a Ctrl-C in the terminal reaches only the launcher, which then stops its children in order. Its output goes to
 * the file directly, not through this process: nothing is lost when this one dies. Rejects when the program cannot be started.
 */
export async function startProcess(launch: Launch, watchdog: Watchdog): Promise<ManagedProcess> {
  const log = openSync(launch.logFile, 'a');
  const { size: logSize } = fstatSync(log);
  let child: ChildProcess;
  try {
    child = spawn(launch.command, [...launch.args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: launch.env,
      ...(launch.cwd && { cwd: launch.cwd }),
      ...launch.user,
    });
    const { pid } = child;
    if (pid !== undefined) watchdog.watch(pid, launch.stopSignal);
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
  } catch (error) {
    throw new Error(`${launch.name} could not be started (${launch.command})`, { cause: error });
  } finally {
    closeSync(log);
  }
  const pid = child.pid as number;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => {
      watchdog.forget(pid);
      resolve({ code, signal });
    });
  });
  const kill = (signal: NodeJS.Signals) => {
    // `docker run` hands on what can be handled, but dies of a SIGKILL alone.
    if (launch.container && signal === 'SIGKILL')
      spawnSync('docker', ['kill', launch.container], { env: launch.env, stdio: 'ignore' });
    child.kill(signal);
  };
  return {
    pid,
    ended,
    kill,
    lastLines: () => `(${launch.logFile})\n${lastLines(launch.logFile, logSize)}`,
    async stop() {
      kill(launch.stopSignal);
      const timer = new AbortController();
      const late = delay(launch.stopTimeoutMs, 'late' as const, { signal: timer.signal, ref: false }).catch(
        () => 'late' as const,
      );
      if ((await Promise.race([ended, late])) === 'late') kill('SIGKILL');
      const end = await ended;
      timer.abort();
      return end;
    },
  };
}
