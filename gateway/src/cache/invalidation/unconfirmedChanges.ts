import { setTimeout as delay } from 'node:timers/promises';
import type { CacheStore, Tag } from '../cacheStore.js';

/** More are not remembered one by one: everything becomes void then. */
const MOST_TAGS = 10_000;
/** Told to the store at a time. */
const AT_A_TIME = 200;
const PAUSE_MS = 50;

export interface UnconfirmedOptions {
  readonly store: Pick<CacheStore, 'invalidate' | 'voidAll'>;
  readonly signal: AbortSignal;
  /** Nothing is left, or something is there. */
  readonly onTurn: () => void;
}

/** What mutations have changed and the store could not be told. It is told until it has taken it; until then this process takes nothing from the cache, so that who changed something finds it. */
export class UnconfirmedChanges {
  readonly #options: UnconfirmedOptions;
  readonly #tags = new Set<Tag>();
  #isTooMuch = false;
  #telling = false;

  constructor(options: UnconfirmedOptions) {
    this.#options = options;
  }

  get any(): boolean {
    return this.#telling;
  }

  add(tags: readonly Tag[]): void {
    for (const tag of tags) this.#tags.add(tag);
    if (this.#tags.size > MOST_TAGS) {
      this.#tags.clear();
      this.#isTooMuch = true;
    }
    if (!this.#telling) void this.#tell();
  }

  async #tell(): Promise<void> {
    const { store, signal, onTurn } = this.#options;
    this.#telling = true;
    onTurn();
    while ((this.#isTooMuch || this.#tags.size > 0) && !signal.aborted) {
      const some = [...this.#tags].slice(0, AT_A_TIME);
      const isTooMuch = this.#isTooMuch;
      // Taken out before: what is added again meanwhile has changed again.
      for (const tag of some) this.#tags.delete(tag);
      this.#isTooMuch = false;
      try {
        if (isTooMuch) await store.voidAll();
        if (some.length > 0) await store.invalidate(some);
      } catch {
        for (const tag of some) this.#tags.add(tag);
        this.#isTooMuch ||= isTooMuch;
        await delay(PAUSE_MS); // the store is away
      }
    }
    this.#telling = false;
    onTurn();
  }
}
