import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from '../../log.js';
import { fetchFailure } from '../../subgraph/fetchFailure.js';
import { readPayload } from './readPayload.js';
import type { SocketLoss, SubgraphSocket } from './subgraphSocket.js';
import type {
  SubgraphSubscriptionFollower,
  SubgraphSubscriptionLimits,
  SubgraphSubscriptionRequest,
  SubgraphSubscriptionStats,
} from './subgraphSubscription.js';

interface Surroundings {
  readonly limits: SubgraphSubscriptionLimits;
  readonly stats: SubgraphSubscriptionStats;
  readonly log: Logger;
  /** It needs no connection any more. Comes once. */
  ended(subscription: FollowedSubscription): void;
}

/** What waits for the follower. */
interface Delivery {
  readonly bytes: number;
  deliver(): Promise<void> | void;
}

/**
 * A subscription with its follower, over as many sockets as it takes, one after another:
 *
 *     waiting ─start─▶ running ─interrupted─▶ waiting …
 *        └── away for too long, stopped, completed, failed, too slow ──▶ ended
 *
 * When it has ended, what waits is still delivered, unless the follower has stopped it or is too slow.
 */
export class FollowedSubscription {
  private readonly queue: Delivery[] = [];
  private waitingBytes = 0;
  private delivering = false;
  private hasEnded = false;
  /** Ends it on the socket that it runs on. */
  private leave: (() => void) | undefined;
  /** Whether a socket has been asked for it. */
  private begun = false;
  /** Where it goes on: after the last event that has come, whether or not it has been delivered. */
  private cursor: string | undefined;
  /** Until when it has to run again; moved when a socket has proved to be good. */
  private deadline = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Why it does not run, for the log. */
  private loss: SocketLoss | undefined;
  /** Events since it began to run on its socket. */
  private received = 0;
  /** Whether the follower has been told of a gap since the last event. */
  private gapTold = false;

  constructor(
    private readonly request: SubgraphSubscriptionRequest,
    private readonly follower: SubgraphSubscriptionFollower,
    private readonly around: Surroundings,
  ) {
    this.cursor = request.resume?.after;
    this.interrupted(true);
  }

  /** Asks for it on a socket: for what comes after the last event, if that can be said. */
  start(socket: SubgraphSocket): void {
    const { query, operationName, variables, resume } = this.request;
    const { stats } = this.around;
    clearTimeout(this.timer);
    const { cursor } = this;
    if (this.begun) {
      stats.resumed += 1;
      if (cursor === undefined) this.tellGap();
      if (this.hasEnded) return;
    }
    this.begun = true;
    const goesOn = resume && cursor !== undefined && cursor !== resume.after;
    this.leave = socket.subscribe(
      {
        query,
        ...(operationName !== undefined && { operationName }),
        variables: { ...(goesOn ? resume.variablesAfter(cursor) : variables) },
      },
      {
        next: (payload, bytes) => this.receive(payload, bytes),
        errors: (errors) => this.refuse(errors),
        complete: () => this.end(() => this.follower.complete()),
      },
    );
  }

  /** The socket that it ran on, if any, was lost. `proved`: it had been good. */
  interrupted(proved: boolean, loss?: SocketLoss): void {
    this.leave = undefined;
    this.loss = loss;
    const now = performance.now();
    if (proved || this.received > 0) this.deadline = now + this.around.limits.awayMs;
    this.received = 0;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lose('gone'), Math.max(0, this.deadline - now));
  }

  /** The subgraph does not serve it. */
  fail(errors: readonly GraphQLFormattedError[]): void {
    if (this.hasEnded) return;
    this.around.stats.failed += 1;
    this.end(() => this.follower.failed(errors));
  }

  lose(reason: 'slow' | 'gone'): void {
    if (this.hasEnded) return;
    const { subgraph, url } = this.request;
    const { code: closeCode, status, cause: err } = this.loss ?? {};
    this.around.stats[reason] += 1;
    const facts = { subgraph, url, reason, ...(reason === 'gone' && { closeCode, status, err }) };
    this.around.log.warn(facts, "a subgraph's subscription was lost");
    // The one who is too slow is not waited for.
    if (reason === 'slow') this.clear();
    this.end(() => this.follower.lost(reason), reason === 'slow');
  }

  /** Nothing is delivered any more. */
  stop(): void {
    this.clear();
    this.end();
  }

  private receive(payload: Readonly<Record<string, unknown>>, bytes: number): void {
    if (this.hasEnded) return;
    try {
      const { follower } = this;
      const response = readPayload(payload);
      // Without data it is not an event but the answer to the request for them (GraphQL 7.1).
      if (response?.data === undefined) {
        this.refuse(response?.errors);
        return;
      }
      this.received += 1;
      this.gapTold = false;
      this.around.stats.events += 1;
      if (response.data) this.cursor = this.request.resume?.cursorOf(response.data) ?? this.cursor;
      this.enqueue({ bytes, deliver: () => follower.next(response) });
    } catch (err) {
      // What is thrown here would end the socket, and with it the subscriptions of others.
      this.around.log.error({ subgraph: this.request.subgraph, err }, "a subgraph's event could not be read");
      this.refuse(undefined);
    }
  }

  /** Undefined: with something that cannot be read. */
  private refuse(errors: readonly unknown[] | undefined): void {
    const { subgraph } = this.request;
    const { code, message } = fetchFailure('invalid', subgraph);
    const read = errors && readPayload({ errors });
    this.fail(read?.errors ?? [{ message, extensions: { code } }]);
  }

  private tellGap(): void {
    if (this.gapTold) return;
    this.gapTold = true;
    this.around.stats.gaps += 1;
    this.enqueue({ bytes: 0, deliver: () => this.follower.gap() });
  }

  private enqueue(delivery: Delivery): void {
    const { waitingEvents, waitingBytes } = this.around.limits;
    const tooMany = this.queue.length >= waitingEvents;
    const tooLarge = this.queue.length > 0 && this.waitingBytes + delivery.bytes > waitingBytes;
    if (tooMany || tooLarge) {
      this.lose('slow');
      return;
    }
    this.queue.push(delivery);
    this.waitingBytes += delivery.bytes;
    void this.deliver();
  }

  private async deliver(): Promise<void> {
    if (this.delivering) return;
    this.delivering = true;
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      this.waitingBytes -= next.bytes;
      try {
        const delivered = next.deliver();
        if (delivered) await delivered;
      } catch (err) {
        this.around.log.error({ subgraph: this.request.subgraph, err }, 'a follower of a subscription has failed');
        this.clear();
        this.lose('gone');
      }
    }
    this.delivering = false;
  }

  /** `last`: what the follower is told when everything else has been delivered, or at once. */
  private end(last?: () => void, atOnce = false): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.timer);
    this.leave?.();
    this.leave = undefined;
    this.around.ended(this);
    if (!last) return;
    if (atOnce) {
      last();
      return;
    }
    this.queue.push({ bytes: 0, deliver: last });
    void this.deliver();
  }

  private clear(): void {
    this.queue.length = 0;
    this.waitingBytes = 0;
  }
}
