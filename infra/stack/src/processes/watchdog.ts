import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('watchdog.sh', import.meta.url));

/** Ends the processes that this one started, and deletes its temporary folders, when this one is gone. */
export interface Watchdog {
  watch(pid: number, signal: NodeJS.Signals): void;
  forget(pid: number): void;
  /** `folder`'s last part has to begin with `leadgraph-`: nothing else is ever deleted. */
  removeAtEnd(folder: string): void;
  /** Everything has been stopped: what is still watched is ended now. */
  close(): void;
}

/**
 * Starts a small process of its own, outside this one's group and session, that waits for the end of a pipe. A SIGKILL of this process closes the pipe too, so
 * nothing that was registered survives it.
 */
export function startWatchdog(): Watchdog {
  const child = spawn('/bin/sh', [SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => {
    // The watchdog was killed by somebody; there is nobody left to tell.
  });
  child.unref();
  // A pipe of a child is a socket, which would keep this process alive.
  (child.stdin as unknown as { unref(): void }).unref();
  const send = (line: string) => child.stdin.write(`${line}\n`);
  return {
    watch: (pid, signal) => send(`watch ${pid} ${signal.replace(/^SIG/, '')}`),
    forget: (pid) => send(`forget ${pid}`),
    removeAtEnd: (folder) => send(`remove ${folder}`),
    close: () => child.stdin.end(),
  };
}
