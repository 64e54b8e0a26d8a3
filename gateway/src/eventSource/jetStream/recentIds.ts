/** The ids of the messages that were read last, so that one that was published twice is told from a new one. Keeps between `most` and twice as many. */
export class RecentIds {
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(readonly most = 10_000) {}

  /** Whether the message at this position repeats an earlier one; remembers it. */
  repeats(id: string, position: number): boolean {
    const first = this.#young.get(id) ?? this.#old.get(id);
    if (first !== undefined) return first !== position;
    this.#young.set(id, position);
    if (this.#young.size >= this.most) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    return false;
  }

  /** Where the id was met first, if it is remembered. */
  positionOf(id: string): number | undefined {
    return this.#young.get(id) ?? this.#old.get(id);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}
