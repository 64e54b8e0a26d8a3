import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StackConfig } from '../config.ts';

/** The stack did not come up; what it printed says why. */
export class StackNotReady extends Error {
  override readonly name = 'StackNotReady';
}

/** An installation and a first build are not part of this: bootstrap.mjs has done them. */
const READY_TIMEOUT_MS = 180_000;

/**
 * Calls `use` with the graph's address of the stack that runs at the configured port; when none does, starts one for the time of the call
 * (its output goes to stderr) and stops it afterwards, on a signal too. It starts without the demo data, which the demo itself puts in.
 */
export async function withRunningStack<T>(
  config: StackConfig,
  stop: AbortSignal,
  use: (graphqlUrl: string) => Promise<T>,
): Promise<T> {
  const gateway = `http://127.0.0.1:${config.ports.gateway}`;
  if (await isReady(gateway)) return use(`${gateway}/graphql`);
  console.error('No stack runs here: starting one for the demo. (npm start keeps one.)');
  const child = spawn(process.execPath, [fileURLToPath(new URL('../start.ts', import.meta.url)), '--no-demo-data'], {
    env: { ...config.env, LEADGRAPH_PARENT_PID: String(process.pid) },
    stdio: ['ignore', 2, 2],
    // A Ctrl-C reaches this process, which then stops the child in its own time.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const end = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await untilReady(gateway, stop, ended);
    return await use(`${gateway}/graphql`);
  } finally {
    await end();
  }
}

async function untilReady(gateway: string, stop: AbortSignal, ended: Promise<void>): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!(await isReady(gateway))) {
    stop.throwIfAborted();
    if (over)
      throw new StackNotReady('The stack could not be started; see above. Start it with "npm start" and try again.');
    if (performance.now() > deadline)
      throw new StackNotReady(`The stack is not ready after ${READY_TIMEOUT_MS / 1_000} s.`);
    await delay(200);
  }
}

async function isReady(gateway: string): Promise<boolean> {
  try {
    const response = await fetch(`${gateway}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
