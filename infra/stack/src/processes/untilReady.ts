import { setTimeout as delay } from 'node:timers/promises';
import type { ManagedProcess } from './managedProcess.ts';

/** Thrown when a service does not come up; the message ends with the last lines of its log. */
export class ServiceFailed extends Error {
  override readonly name = 'ServiceFailed';
}

/**
 * Repeats `probe` until it resolves. Rejects with the end of the log when the process ends before, or when `timeoutMs` have passed.
 */
export async function untilReady(
  running: ManagedProcess,
  name: string,
  probe: () => Promise<unknown>,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  let ended: string | undefined;
  void running.ended.then(({ code, signal }) => {
    ended = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  });
  let pauseMs = 20;
  for (;;) {
    try {
      await probe();
      return;
    } catch (error) {
      if (ended === undefined && performance.now() > deadline) {
        ended = `was not ready after ${Math.round(timeoutMs / 1000)} s (${error instanceof Error ? error.message : String(error)})`;
      }
      if (ended !== undefined) {
        throw new ServiceFailed(`${name} ${ended}. Its last lines ${running.lastLines()}`);
      }
    }
    // Seven programs that start on two cores do not have to answer 40 times a second.
    pauseMs = Math.min(pauseMs * 1.5, 150);
    await delay(pauseMs);
  }
}
