/** Runs tasks at the same time, but those of one key one after another in the order given. */
export class OrderedDispatch {
  readonly #tails = new Map<string, Promise<void>>();

  /** Queues a task behind the others of its key. Tasks must not reject. */
  add(key: string, task: () => Promise<void>): void {
    const tail = (this.#tails.get(key) ?? Promise.resolve()).then(task).finally(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
  }

  /** Resolves when what was queued so far is done. */
  async idle(): Promise<void> {
    await Promise.all(this.#tails.values());
  }
}
