interface Wait {
  readonly created: string | undefined;
  readonly position: number;
  readonly promise: Promise<void>;
  readonly end: () => void;
}

/** Those who wait until an event has been applied: all that wait for the same one share a promise and a timer. */
export class AppliedWaits {
  readonly #waits = new Map<string, Wait>();

  /** Resolves when `release` finds it applied, or after a time, when `onLate` is called first. Milliseconds. */
  wait(created: string | undefined, position: number, limitMs: number, onLate: () => void): Promise<void> {
    const key = `${position} ${created}`;
    const known = this.#waits.get(key);
    if (known) return known.promise;
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = () => {
      clearTimeout(timer);
      this.#waits.delete(key);
      resolve();
    };
    const timer = setTimeout(() => {
      onLate();
      end();
    }, limitMs);
    this.#waits.set(key, { created, position, promise, end });
    return promise;
  }

  release(isApplied: (created: string | undefined, position: number) => boolean): void {
    for (const { created, position, end } of this.#waits.values()) if (isApplied(created, position)) end();
  }
}
