import { type ChildProcess, spawn } from 'node:child_process';
import { pinned } from './cores.ts';

const TAIL = 4000;
const STOP_TIMEOUT_MS = 15_000;
const END_WITH_PARENT = new URL('./endWithParent.mjs', import.meta.url).href;

/** A Node program that runs beside this one. */
export interface Launch {
  readonly name: string;
  /** The program's file and its arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cores: string | undefined;
}

/** A child that runs, until it is stopped or this process ends, however it ends. */
export interface RunningChild {
  readonly name: string;
  readonly pid: number;
  readonly hasEnded: () => boolean;
  /** The end of what it wrote, for people. */
  readonly lastOutput: () => string;
  /** The next message that it sends. Rejects when it ends before. */
  readonly message: () => Promise<unknown>;
  readonly send: (message: unknown) => void;
  /** Asks it to finish, insists when it does not, and resolves when it is gone. */
  readonly stop: () => Promise<void>;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a Node program on the given cores, with production settings and Apollo's telemetry off. */
export function startChild({ name, args, env, cores }: Launch): RunningChild {
  const [command, commandArgs] = pinned(cores, process.execPath, ['--import', END_WITH_PARENT, ...args]);
  const child = spawn(command, commandArgs, {
    env: { ...inherited(), NODE_ENV: 'production', APOLLO_TELEMETRY_DISABLED: 'true', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-TAIL);
    });
  }
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      running.delete(child);
      resolve();
    };
    child.once('exit', end);
    child.once('error', (error) => {
      output += String(error);
      end();
    });
  });
  const failed = () => new Error(`${name} ended:\n${output}`);
  return {
    name,
    pid: child.pid ?? -1,
    hasEnded: () => !running.has(child),
    lastOutput: () => output,
    message: () =>
      new Promise((resolve, reject) => {
        child.once('message', resolve);
        void ended.then(() => reject(failed()));
      }),
    send: (message) => void child.send(message as object),
    async stop() {
      child.kill('SIGTERM');
      const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(insist);
    },
  };
}

/** What a program needs of the surroundings, and nothing that would configure a gateway. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'LANG'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
