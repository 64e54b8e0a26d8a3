import { setTimeout as delay } from 'node:timers/promises';
import { type ManagedProcess, startProcess } from '../processes/managedProcess.ts';
import { ServiceFailed, untilReady } from '../processes/untilReady.ts';
import type { Watchdog } from '../processes/watchdog.ts';
import type { ServiceDefinition } from './service.ts';

const PASSING_MS = 8_000;

/**
 * Starts a service and waits until it answers. Throws `ServiceFailed` with the end of its log, after it has been ended, when it does not. `started` is told the process
 * before it is ready.
 */
export async function startService(
  definition: ServiceDefinition,
  watchdog: Watchdog,
  started: (running: ManagedProcess) => void = () => {},
): Promise<ManagedProcess> {
  const deadline = performance.now() + PASSING_MS;
  for (;;) {
    const launch = await definition.prepare();
    const running = await startProcess(launch, watchdog);
    started(running);
    try {
      await untilReady(running, launch.name, definition.probe, definition.readyTimeoutMs);
      return running;
    } catch (error) {
      await running.stop();
      const passing = error instanceof ServiceFailed && definition.passingFailure?.test(error.message);
      if (!passing || performance.now() > deadline) throw error;
    }
    await delay(250);
  }
}
