import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { runInScope, systemActor } from '../requestScope.js';
import { isTransientStoreError } from '../store/transaction.js';
import { uuidv7 } from '../uuid.js';

/** Finds what is stuck or due in the subgraph's own store and finishes it. Must be safe when several processes run it at once. */
export interface Sweeper {
  readonly name: string;
  readonly everyMs: number;
  /** Returns how many things it finished; when that is as many as a batch holds, it may ask to be run again at once. */
  run(signal: AbortSignal): Promise<number | Swept>;
}

export interface Swept {
  readonly finished: number;
  readonly more: boolean;
  /** What could not be finished; logged. */
  readonly failures?: readonly unknown[];
}

/** A long-running loop of the subgraph's own, such as a queue's worker. `run` returns when the signal fires. */
export interface Worker {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** Types a sweeper's definition. */
export function defineSweeper(sweeper: Sweeper): Sweeper {
  return sweeper;
}

/** Finishes what a sweep found, one after the other. One that cannot be finished does not keep the others from it; a store that is away does. */
export async function sweepEach<T>(
  found: Iterable<T>,
  signal: AbortSignal,
  finish: (one: T) => Promise<boolean>,
): Promise<{ finished: number; failures: unknown[] }> {
  const failures: unknown[] = [];
  let finished = 0;
  for (const one of found) {
    if (signal.aborted) break;
    try {
      if (await finish(one)) finished += 1;
    } catch (error) {
      if (isTransientStoreError(error)) throw error;
      failures.push(error);
    }
  }
  return { finished, failures };
}

/** Runs a sweeper until the signal fires, at its interval ± 10 %. A failure is logged and does not end it. */
export async function runSweeper(
  sweeper: Sweeper,
  tools: { log: Logger; metrics: Metrics; signal: AbortSignal },
): Promise<void> {
  const { log, metrics, signal } = tools;
  while (!signal.aborted) {
    let again = false;
    try {
      const result = await runInScope(
        { origin: 'background', requestId: `sweep-${uuidv7()}`, actor: systemActor },
        () => sweeper.run(signal),
      );
      const {
        finished,
        more,
        failures = [],
      }: Swept = typeof result === 'number' ? { finished: result, more: false } : result;
      for (const err of failures)
        log.warn({ err, sweeper: sweeper.name }, 'what a sweep found could not be finished; the next one tries again');
      if (finished > 0) metrics.sweeps.inc({ sweeper: sweeper.name }, finished);
      again = more;
    } catch (error) {
      log.warn({ err: error, sweeper: sweeper.name }, 'a sweep failed; the next one tries again');
    }
    if (!again)
      await delay(sweeper.everyMs * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => undefined);
  }
}

/** Runs a worker until the signal fires; one that fails is started again after a second. */
export async function runWorker(worker: Worker, tools: { log: Logger; signal: AbortSignal }): Promise<void> {
  const { log, signal } = tools;
  while (!signal.aborted) {
    try {
      await worker.run(signal);
    } catch (error) {
      log.error({ err: error, worker: worker.name }, 'a worker failed; starting it again');
      await delay(1_000, undefined, { signal }).catch(() => undefined);
    }
  }
}
