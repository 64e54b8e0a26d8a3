/**
 * Runs tasks at the same time, but those of one key one after another in the order given. After a task of a key asked for a
 * repetition (by its sequence number), later tasks of this key are refused until that one has been done or the block has run out,
 * so that a redelivery cannot be overtaken.
 */
export class OrderedDispatch {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #blocked = new Map<string, { sequence: number; until: number }>();
  #active = 0;
  #idle: (() => void)[] = [];

  /** Queues a task behind the others of its key. Tasks must not reject. */
  add(key: string, task: () => Promise<void>): void {
    this.#active += 1;
    const tail = (this.#tails.get(key) ?? Promise.resolve()).then(task).finally(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
      this.#active -= 1;
      if (this.#active === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
    this.#tails.set(key, tail);
  }

  /** The task of this sequence will come again within `milliseconds`; later ones of the key have to wait for it. */
  block(key: string, sequence: number, milliseconds: number): void {
    const known = this.#blocked.get(key);
    this.#blocked.set(key, {
      sequence: Math.min(sequence, known?.sequence ?? sequence),
      until: performance.now() + milliseconds,
    });
  }

  /** Whether an earlier task of the key is still to come. */
  isBlocked(key: string, sequence: number): boolean {
    const block = this.#blocked.get(key);
    if (!block) return false;
    if (block.until < performance.now()) {
      this.#blocked.delete(key);
      return false;
    }
    return sequence > block.sequence;
  }

  /** The task of this sequence is done for good. */
  unblock(key: string, sequence: number): void {
    if (this.#blocked.get(key)?.sequence === sequence) this.#blocked.delete(key);
  }

  get active(): number {
    return this.#active;
  }

  /** Resolves when nothing is running or queued. */
  async idle(): Promise<void> {
    if (this.#active > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }
}
