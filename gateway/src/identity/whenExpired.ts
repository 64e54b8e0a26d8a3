/** What a timer of Node can wait for at the most; longer ones would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back once when a moment has come, in milliseconds since 1970; never where it is undefined. Call the result when that does not matter any more. */
export function whenExpired(expiresAt: number | undefined, onExpired: () => void): () => void {
  if (expiresAt === undefined) return doNothing;
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    const left = expiresAt - Date.now();
    if (left <= 0 && timer) return onExpired();
    timer = setTimeout(wait, Math.min(Math.max(left, 0), LONGEST_TIMER_MS));
    // Alone it does not keep a process alive.
    timer.unref();
  };
  wait();
  return () => clearTimeout(timer);
}

function doNothing(): void {}
