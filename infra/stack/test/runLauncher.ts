import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { minimalEnvironment, PROJECT_ROOT } from '../src/config.ts';

export interface Launcher {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Everything it has written so far. */
  output(): string;
}

/** Runs a command the way npm does: through bootstrap.mjs. */
export function runLauncher(args: readonly string[], env: NodeJS.ProcessEnv = {}): Launcher {
  const child = spawn(process.execPath, [join(PROJECT_ROOT, 'infra/stack/bootstrap.mjs'), ...args], {
    cwd: PROJECT_ROOT,
    env: { ...minimalEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return { child, ended, output: () => output };
}
