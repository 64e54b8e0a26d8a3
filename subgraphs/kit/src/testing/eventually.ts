import { setTimeout as delay } from 'node:timers/promises';

/** Repeats `check` until it neither throws nor returns false, at most `timeoutMs` (default 10 s); then its last failure is thrown. */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 10_000): Promise<Exclude<T, false>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const result = await check();
      if (result !== false) return result as Exclude<T, false>;
      throw new Error('the condition did not come true');
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(25);
    }
  }
}
