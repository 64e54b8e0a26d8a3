import type { MintSubgraphToken } from '../../identity/subgraphToken.js';
import type { Logger } from '../../log.js';
import { fetchFailure } from '../../subgraph/fetchFailure.js';
import { type ConnectionFacts, connectionHeaders } from './connectionFacts.js';
import type { FollowedSubscription } from './followedSubscription.js';
import { openSubgraphSocket, type SocketLoss, type SubgraphSocket } from './subgraphSocket.js';
import type { SubgraphSubscriptionLimits, SubgraphSubscriptionStats } from './subgraphSubscription.js';

export interface SharedConnectionOptions {
  readonly mintToken: MintSubgraphToken;
  readonly ca: string | undefined;
  readonly limits: SubgraphSubscriptionLimits;
  readonly stats: SubgraphSubscriptionStats;
  readonly log: Logger;
}

/** Refusals in a row after which a subgraph is believed: one may be about a token that has just expired. */
const BELIEVED_REFUSALS = 3;

/**
 * The connection of all subscriptions that agree in its facts, over as many sockets as it takes, one after another:
 *
 *     connecting ─acknowledged─▶ open ─lost─▶ waiting ─▶ connecting …
 *        └── without a subscription for a while, refused for good, or closed ──▶ over
 *
 * Each socket has a token of its own: a subgraph may close a socket when its token expires.
 */
export class SharedConnection {
  private readonly subscriptions = new Set<FollowedSubscription>();
  private socket: SubgraphSocket | undefined;
  private openedAt: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  /** Tries, and refusals, since a socket has proved to be good. */
  private tries = 0;
  private refusals = 0;
  private isOver = false;

  constructor(
    private readonly facts: ConnectionFacts,
    private readonly options: SharedConnectionOptions,
    /** Comes once. */
    private readonly over: (closing: Promise<void>) => void,
  ) {
    void this.connect();
  }

  get idle(): boolean {
    return this.subscriptions.size === 0;
  }

  add(subscription: FollowedSubscription): void {
    clearTimeout(this.idleTimer);
    this.subscriptions.add(subscription);
    if (this.socket?.usable) subscription.start(this.socket);
  }

  remove(subscription: FollowedSubscription): void {
    this.subscriptions.delete(subscription);
    if (this.subscriptions.size > 0 || this.isOver) return;
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => this.close(), this.options.limits.idleMs);
  }

  /** Those that are still there are told that the subgraph is gone. */
  close(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    clearTimeout(this.idleTimer);
    this.over(this.socket?.close() ?? Promise.resolve());
    for (const subscription of [...this.subscriptions]) subscription.lose('gone');
  }

  private async connect(): Promise<void> {
    const { facts, options } = this;
    try {
      const token = await options.mintToken(facts.identity, facts.subgraph);
      if (this.isOver) return;
      this.socket = openSubgraphSocket({
        url: facts.url,
        headers: connectionHeaders(facts.headers, token),
        ca: options.ca,
        limits: options.limits,
        acknowledged: () => this.acknowledged(),
        lost: (loss) => this.lost(loss),
      });
    } catch (cause) {
      this.lost({ code: undefined, reason: 'It could not be connected to.', status: undefined, cause });
    }
  }

  private acknowledged(): void {
    const { socket } = this;
    if (!socket) return;
    this.options.stats.connected += 1;
    this.openedAt = performance.now();
    for (const subscription of [...this.subscriptions]) subscription.start(socket);
  }

  private lost(loss: SocketLoss): void {
    if (this.isOver) return;
    const { stats, log } = this.options;
    const wasOpen = this.openedAt !== undefined;
    const proved = this.hasProved();
    this.socket = undefined;
    this.openedAt = undefined;
    if (this.idle) {
      this.close();
      return;
    }
    stats[wasOpen ? 'disconnected' : 'failedTries'] += 1;
    if (proved) {
      this.tries = 0;
      this.refusals = 0;
    }
    if (isRefusal(loss)) this.refusals += 1;
    const { subgraph } = this.facts;
    const { code, reason, status, cause: err } = loss;
    log.debug({ subgraph, closeCode: code, reason, status, err }, 'a connection for subscriptions was lost');
    if (isProtocolFault(loss)) this.fail('invalid');
    else if (this.refusals >= BELIEVED_REFUSALS) this.fail('refused');
    else this.retry(proved, loss);
  }

  private retry(proved: boolean, loss: SocketLoss): void {
    const { limits } = this.options;
    for (const subscription of this.subscriptions) subscription.interrupted(proved, loss);
    // Random in full: all the connections of a subgraph are lost in the same moment.
    const most = Math.min(limits.retryMostMs, limits.retryBaseMs * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => void this.connect(), Math.random() * most);
  }

  private hasProved(): boolean {
    if (!this.socket || this.openedAt === undefined) return false;
    return this.socket.received > 0 || performance.now() - this.openedAt >= this.options.limits.stableMs;
  }

  private fail(why: 'invalid' | 'refused'): void {
    const { code, message } = fetchFailure(why, this.facts.subgraph);
    this.options.log.warn({ subgraph: this.facts.subgraph, code }, 'a subgraph refuses subscriptions');
    const subscriptions = [...this.subscriptions];
    this.subscriptions.clear();
    // First, so that a follower that asks again at once gets another connection.
    this.close();
    for (const subscription of subscriptions) subscription.fail([{ message, extensions: { code } }]);
  }
}

function isRefusal({ code, status }: SocketLoss): boolean {
  return code === 4401 || code === 4403 || status === 401 || status === 403;
}

/** Bad request, or no common protocol: the same would be said again. */
function isProtocolFault({ code }: SocketLoss): boolean {
  return code === 4400 || code === 4406;
}
