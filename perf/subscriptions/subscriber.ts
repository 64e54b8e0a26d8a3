import { setTimeout as delay } from 'node:timers/promises';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { subscribe } from '../../gateway/client/resume.ts';
import { readOfferKey } from './offerKey.ts';

/** Who subscribes, and by which token. */
export interface SubscriberIdentity {
  readonly id: string;
  readonly token: string;
}

/** What a subscriber has had, in the order in which it came. */
export interface Delivered {
  readonly id: string;
  /** The numbers of its events. */
  readonly numbers: readonly number[];
  /** Events of others, and such as nobody has published. */
  readonly foreign: number;
  /** The events that told of a gap. */
  readonly gaps: number;
  /** Payloads with errors, and why the subscription ended if it did. */
  readonly faults: readonly string[];
}

const SUBSCRIPTION = `subscription Offers($after: String) {
  offers(after: $after) {
    kind
    offer { id number price state description }
  }
}`;

/** Clients come back at different times, as the protocol's client does it by default; but it would wait longer and longer. */
const SOONEST_MS = 100;
const LATEST_MS = 2_000;

interface OffersResult {
  readonly data?: {
    readonly offers?: { readonly kind: string; readonly offer: { readonly id: string } | null } | null;
  } | null;
  readonly errors?: readonly { readonly message: string }[];
}

/**
 * A client with a connection and a subscription of its own, which it takes up again from its last cursor whenever the connection is lost. States: connecting → following ⇄ away, and ended when the client has given up, which it never should.
 */
export class Subscriber implements Delivered {
  readonly id: string;
  readonly numbers: number[] = [];
  readonly faults: string[] = [];
  foreign = 0;
  gaps = 0;
  /** Different events so far. */
  received = 0;
  connections = 0;
  isConnected = false;
  hasEnded = false;
  private readonly seen = new Set<number>();
  private readonly started = Promise.withResolvers<void>();
  private readonly onFirst: (publishedAt: number) => void;

  /** `onFirst` is told of each event when it comes for the first time. */
  constructor({ id, token }: SubscriberIdentity, url: string, onFirst: (publishedAt: number) => void) {
    this.id = id;
    this.onFirst = onFirst;
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${token}` },
      retryAttempts: Number.POSITIVE_INFINITY,
      // By default it gives up when a connection is refused.
      shouldRetry: () => true,
      retryWait: () => delay(SOONEST_MS + Math.random() * (LATEST_MS - SOONEST_MS)),
      on: {
        connected: () => {
          this.isConnected = true;
          this.connections += 1;
        },
        closed: () => {
          this.isConnected = false;
        },
      },
    });
    this.follow(client);
  }

  /** Resolves when the gateway has told where the subscription begins. Rejects when it has ended before. */
  get follows(): Promise<void> {
    return this.started.promise;
  }

  private follow(client: Client): void {
    // With an empty cursor the gateway tells where the subscription begins: from then on nothing may be missing.
    const payload = { query: SUBSCRIPTION, variables: { after: '' } };
    subscribe(client, payload, {
      next: (result: OffersResult) => this.take(result),
      error: (error) => this.end(describe(error)),
      complete: () => this.end('completed'),
    });
  }

  private take({ data, errors }: OffersResult): void {
    const event = data?.offers;
    if (errors || !event) this.faults.push(JSON.stringify(errors ?? 'no data').slice(0, 300));
    else if (event.kind === 'START') this.started.resolve();
    else if (event.kind === 'GAP') this.gaps += 1;
    else this.takeOffer(event.offer?.id);
  }

  private takeOffer(key: string | undefined): void {
    const offer = readOfferKey(key);
    if (offer?.subscriber !== this.id) {
      this.foreign += 1;
      return;
    }
    this.numbers.push(offer.number);
    if (this.seen.has(offer.number)) return;
    this.seen.add(offer.number);
    this.received += 1;
    this.onFirst(offer.publishedAt);
  }

  private end(reason: string): void {
    this.hasEnded = true;
    this.faults.push(`ended: ${reason}`);
    this.started.reject(new Error(`The subscription of ${this.id} has ended: ${reason}`));
  }
}

/** Errors, the protocol's lists of them, and events of the socket. */
function describe(error: unknown): string {
  if (Array.isArray(error)) return JSON.stringify(error).slice(0, 300);
  const { code, reason, message } = error as { code?: unknown; reason?: unknown; message?: unknown };
  return message === undefined ? `closed with ${code} ${reason}` : String(message);
}
