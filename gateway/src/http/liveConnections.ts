/** A connection over which something is followed live. */
export interface LiveConnection {
  /** Looks whether its client is still there, and ends it if not. */
  look(): void;
  /** Tells the client to come again elsewhere, as soon as what is under way has been answered. */
  goAway(): void;
  /** Ends it, come what may. */
  end(): void;
}

/** They are looked after in so many slices, one after the other: thousands at once would hold the event loop up. */
const SLICES = 16;
/** How long clients get to close their side. */
const GRACE_MS = 1_000;

/** The open connections of one kind, each looked after once in a period, by one timer for all. States: open → leaving → closed. */
export class LiveConnections<T extends LiveConnection> {
  private readonly slices = Array.from({ length: SLICES }, () => new Set<T>());
  private readonly timer: NodeJS.Timeout;
  private next = 0;
  private turn = 0;
  private count = 0;
  private onEmpty = (): void => {};

  constructor(periodMs: number) {
    const look = () => {
      this.turn = (this.turn + 1) % SLICES;
      for (const each of this.slices[this.turn] ?? []) each.look();
    };
    this.timer = setInterval(look, Math.max(1, periodMs / SLICES));
    this.timer.unref();
  }

  get size(): number {
    return this.count;
  }

  /** Takes one in; call the result when it is over. */
  add(one: T): () => void {
    this.next = (this.next + 1) % SLICES;
    const slice = this.slices[this.next];
    slice?.add(one);
    this.count += 1;
    return () => {
      if (!slice?.delete(one)) return;
      this.count -= 1;
      if (this.count === 0) this.onEmpty();
    };
  }

  /**
   * Sends them away, evenly spread over a time so that they do not all come to another process at once; the first at once. Resolves when none is left: those that are still there a second after that time are ended.
   */
  async sendAway(spreadMs: number): Promise<void> {
    const leaving = this.slices.flatMap((slice) => [...slice]);
    const began = performance.now();
    for (const [index, each] of leaving.entries()) {
      const due = began + (spreadMs * index) / leaving.length;
      if (due > performance.now()) await this.emptyOr(due);
      if (this.count === 0) break;
      each.goAway();
    }
    await this.emptyOr(began + spreadMs + GRACE_MS);
    for (const slice of this.slices) for (const each of slice) each.end();
    await this.emptyOr(performance.now() + GRACE_MS);
    clearInterval(this.timer);
  }

  /** Waits until none is left, or for a moment of `performance.now()`. */
  private emptyOr(moment: number): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, moment - performance.now());
      this.onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
