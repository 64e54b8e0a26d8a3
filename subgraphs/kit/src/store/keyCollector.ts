import { currentScope, runWithin, type WorkScope } from '../requestScope.js';
import { copyRow } from './copyRow.js';

/** A connection that a statement of one kind of read can be sent on. */
export interface ReadConnection<V> {
  load(keys: readonly string[]): Promise<readonly V[]>;
  release(): Promise<void>;
}

export interface KeyCollectorOptions<V> {
  /** Waits for a connection. Rejects when there is none in time. */
  connect: () => Promise<ReadConnection<V>>;
  keyOf: (row: V) => string;
  /** Of one statement. */
  mostKeys: number;
  /** How long keys wait at most for the statement before them, before a further one is sent beside it. */
  longestWaitMs: number;
  /** Told of each statement: its distinct keys, and how long each of its callers has waited (milliseconds). */
  onStatement?: (keys: number, waitsMs: readonly number[]) => void;
  /** Called when nobody waits and nothing is under way. */
  onIdle?: () => void;
}

/** One caller's wish: the rows of some keys, in their order. */
interface Call<V> {
  readonly rows: V[][];
  unanswered: number;
  readonly askedAt: number;
  readonly scope: WorkScope | undefined;
  readonly resolve: (rows: V[][]) => void;
  readonly reject: (error: unknown) => void;
}

type Place<V> = readonly [call: Call<V>, index: number];
type Taken<V> = ReadonlyMap<string, readonly Place<V>[]>;

/**
 * Collects the keys that several callers ask for at about the same time, so that one statement answers them all.
 *
 *   idle ──load()──► turn ends ──► waits for a connection ──► takes the keys, statement ──answered──► idle, or the next one
 *                     └───────── whoever asks joins ────────┘   └─ whoever asks waits for the next ─┘
 *
 * The window is what is waited for anyway: the end of the event loop's turn when idle, then the connection, or the statement under way (at most
 * `longestWaitMs`). Keys are taken when the connection is there, the moment before the statement begins, and nobody ever joins one that has begun: a
 * caller's statement begins after its call, so it sees whatever was committed before.
 */
export class KeyCollector<V> {
  readonly #options: KeyCollectorOptions<V>;
  #waiting = new Map<string, Place<V>[]>();
  /** A statement is to begin as soon as the turn has ended and there is a connection. */
  #opening = false;
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: KeyCollectorOptions<V>) {
    this.#options = options;
  }

  /** The rows of each key, in the order of the keys; rows of one key are in the order in which the statement gave them. Nobody else has these objects. */
  load(keys: readonly string[]): Promise<V[][]> {
    if (keys.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const call: Call<V> = {
        rows: new Array(keys.length),
        unanswered: keys.length,
        askedAt: performance.now(),
        scope: currentScope(),
        resolve,
        reject,
      };
      keys.forEach((key, index) => {
        const places = this.#waiting.get(key);
        if (places) places.push([call, index]);
        else this.#waiting.set(key, [[call, index]]);
      });
      this.#arrange();
    });
  }

  /** Sees to it that those who wait get a statement. */
  #arrange(): void {
    if (this.#opening) return;
    if (this.#waiting.size === 0) {
      if (this.#underWay === 0) this.#options.onIdle?.();
      return;
    }
    if (this.#underWay > 0 && this.#waiting.size < this.#options.mostKeys) {
      this.#timer ??= setTimeout(() => this.#open(), this.#options.longestWaitMs);
      return;
    }
    this.#open();
  }

  #open(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#opening || this.#waiting.size === 0) return;
    this.#opening = true;
    const [first] = this.#waiting.values();
    // On behalf of the first caller: its request is what the connection and the statement are counted for.
    setImmediate(() => void runWithin(first?.[0]?.[0].scope, () => this.#statement()));
  }

  async #statement(): Promise<void> {
    let connection: ReadConnection<V>;
    try {
      connection = await this.#options.connect();
    } catch (error) {
      const taken = this.#take(Number.POSITIVE_INFINITY);
      this.#opening = false;
      fail(taken, error);
      return this.#arrange();
    }
    const taken = this.#take(this.#options.mostKeys);
    this.#opening = false;
    this.#underWay += 1;
    this.#arrange();
    this.#report(taken);
    try {
      const rows = await connection.load([...taken.keys()]);
      this.#answer(taken, rows);
    } catch (error) {
      fail(taken, error);
    } finally {
      // Those who collected meanwhile come next, on this connection if nobody else waits for it.
      await connection.release().catch(() => undefined);
      this.#underWay -= 1;
      this.#arrange();
    }
  }

  #take(most: number): Taken<V> {
    const all = this.#waiting;
    if (all.size <= most) {
      this.#waiting = new Map();
      return all;
    }
    const taken = new Map([...all].slice(0, most));
    for (const key of taken.keys()) all.delete(key);
    return taken;
  }

  #report(taken: Taken<V>): void {
    if (!this.#options.onStatement) return;
    const now = performance.now();
    this.#options.onStatement(
      taken.size,
      [...callsOf(taken)].map((call) => now - call.askedAt),
    );
  }

  #answer(taken: Taken<V>, rows: readonly V[]): void {
    const byKey = Map.groupBy(rows, this.#options.keyOf);
    for (const [key, places] of taken) {
      const found = byKey.get(key) ?? [];
      places.forEach(([call, index], nth) => {
        call.rows[index] = nth === 0 ? found : found.map(copyRow);
        call.unanswered -= 1;
        if (call.unanswered === 0) call.resolve(call.rows);
      });
    }
  }
}

function callsOf<V>(taken: Taken<V>): Set<Call<V>> {
  return new Set([...taken.values()].flatMap((places) => places.map(([call]) => call)));
}

function fail<V>(taken: Taken<V>, error: unknown): void {
  for (const call of callsOf(taken)) call.reject(error);
}
