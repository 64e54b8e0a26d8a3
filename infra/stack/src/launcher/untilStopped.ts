const HURRY_AFTER_MS = 1_500;

/**
 * An abort signal that fires on the first Ctrl-C, SIGTERM or SIGHUP, and when the process `parentPid`, which waits for this one, is gone. A later Ctrl-C calls `hurry`;
 * one that comes together with the first (from the terminal and from npm) does not count.
 */
export function untilStopped(parentPid: number | undefined, hurry: () => void): AbortSignal {
  const stop = new AbortController();
  let firstAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      stop.abort(new Stopped());
    } else if (signal === 'SIGINT' && performance.now() - firstAt > HURRY_AFTER_MS) hurry();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (parentPid === process.ppid) {
    setInterval(() => {
      if (process.ppid !== parentPid && firstAt === undefined) onSignal('SIGTERM');
    }, 500).unref();
  }
  return stop.signal;
}

/** The reason of that signal: the user wants the end, nothing has failed. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
