import { DomainError } from '../errors.js';

/** Who asks for a connection: a request, or everything that nobody waits for (consumers, relay, sweepers, workers, health checks). */
export type Lane = 'request' | 'background';

export const lanes = ['request', 'background'] as const satisfies readonly Lane[];

export interface LaneLimits {
  /** Connections of the process. */
  size: number;
  /** How many of a lane may wait; who comes then is refused at once. */
  mostWaiting: number;
  /** How long each waits before it is refused. */
  waitMs: number;
  /** Only requests come here (a read replica), so nothing is kept free for background work. */
  requestsOnly?: boolean;
}

interface Waiter {
  readonly enter: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Who may have a connection next. Each lane always has one that the other cannot take (if there are two or more), so neither requests nor background
 * work can shut the other out; beyond that whoever has fewer goes first, requests before background. Nobody waits without end: by number and by time.
 */
export class ConnectionLanes {
  readonly #limits: LaneLimits;
  readonly #held: Record<Lane, number> = { request: 0, background: 0 };
  readonly #waiting: Record<Lane, Set<Waiter>> = { request: new Set(), background: new Set() };
  #closed = false;

  constructor(limits: LaneLimits) {
    this.#limits = limits;
  }

  /** How many connections a lane has at the moment. */
  held(lane: Lane): number {
    return this.#held[lane];
  }

  waiting(lane: Lane): number {
    return this.#waiting[lane].size;
  }

  /**
   * Resolves, when it is this one's turn, with the function that gives the place back. Rejects with STORE_BUSY when too many wait already or it took too
   * long, with SERVICE_UNAVAILABLE once closed.
   */
  enter(lane: Lane): Promise<() => void> {
    if (this.#closed) return Promise.reject(closing());
    if (this.#waiting[lane].size === 0 && this.#isFree(lane)) return Promise.resolve(this.#take(lane));
    if (this.#waiting[lane].size >= this.#limits.mostWaiting) return Promise.reject(storeBusy());
    return new Promise((resolve, reject) => {
      const leave = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting[lane].delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        enter: () => leave(() => resolve(this.#take(lane))),
        refuse: (error) => leave(() => reject(error)),
      };
      const timer = setTimeout(() => waiter.refuse(storeBusy()), this.#limits.waitMs);
      this.#waiting[lane].add(waiter);
    });
  }

  /** Refuses everybody who waits and whoever comes; those who have a connection keep it. */
  close(): void {
    this.#closed = true;
    for (const lane of lanes) for (const waiter of this.#waiting[lane]) waiter.refuse(closing());
  }

  #isFree(lane: Lane): boolean {
    const { size, requestsOnly } = this.#limits;
    const mostOfLane = size > 1 && !requestsOnly ? size - 1 : size;
    return this.#held.request + this.#held.background < size && this.#held[lane] < mostOfLane;
  }

  #take(lane: Lane): () => void {
    this.#held[lane] += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#held[lane] -= 1;
      this.#admit();
    };
  }

  #admit(): void {
    for (;;) {
      const next = lanes
        .filter((lane) => this.#waiting[lane].size > 0 && this.#isFree(lane))
        .sort((a, b) => this.#held[a] - this.#held[b])[0];
      const [first] = next ? this.#waiting[next] : [];
      if (!first) return;
      first.enter();
    }
  }
}

/** All connections are in use and it is no use to wait any longer. */
export function storeBusy(): DomainError {
  return new DomainError('STORE_BUSY', 'The store has more to do than it can. Send the request again in a second.', {
    retryable: true,
  });
}

function closing(): DomainError {
  return new DomainError('SERVICE_UNAVAILABLE', 'This process is being stopped. Send the request again.', {
    retryable: true,
  });
}
