import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type JetStreamClient, type NatsConnection, RetentionPolicy, StorageType } from 'nats';
import { writeOfferKey } from './offerKey.ts';

export interface PublisherOptions {
  readonly natsUrl: string;
  /** Whose events are published. */
  readonly subscribers: readonly string[];
  /** Events a second. */
  readonly rate: number;
}

/** What has been published. */
export interface Published {
  /** When the events of each subscriber were published first, milliseconds since 1970, in the order of their numbers. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** Publications that were made again, since the one before had not been confirmed. */
  readonly repeated: number;
  /** Messages that the stream holds in the end. */
  readonly stored: number;
}

const STREAM = 'SHOP';
const CONFIRM_TIMEOUT_MS = 1_000;
const PAUSE_MS = 100;
/** An event that has not been confirmed by then never will be. */
const GIVE_UP_MS = 60_000;
/** Every fifth event goes to one of a few subscribers, one in 250, which so have several a second: order and seams show with them. */
const BUSY_EVERY = 5;
const BUSY_PART = 250;

/**
 * Publishes events one after the other, each until it has been confirmed, so that those of a subscriber stand in the stream in the order of their numbers, however often NATS goes away. What is due meanwhile is published after it.
 */
export class Publisher {
  private readonly options: PublisherOptions;
  private readonly connection: NatsConnection;
  private readonly stream: JetStreamClient;
  private readonly times = new Map<string, number[]>();
  /** The same of all subscribers together. */
  private readonly allTimes: number[] = [];
  private repeated = 0;
  private stopping = false;
  private running: Promise<void> = Promise.resolve();

  private constructor(options: PublisherOptions, connection: NatsConnection) {
    this.options = options;
    this.connection = connection;
    this.stream = connection.jetstream({ timeout: CONFIRM_TIMEOUT_MS });
  }

  /** Connects and makes the stream. */
  static async connect(options: PublisherOptions): Promise<Publisher> {
    const connection = await connect({
      servers: options.natsUrl,
      maxReconnectAttempts: -1,
      reconnectTimeWait: PAUSE_MS,
    });
    const manager = await connection.jetstreamManager();
    await manager.streams.add({
      name: STREAM,
      subjects: ['shop.>'],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
    });
    return new Publisher(options, connection);
  }

  start(): void {
    this.running = this.run();
    this.running.catch(() => {}); // `stop` tells it
  }

  /** How many events had been published for the first time, confirmed or not, so many milliseconds ago. */
  published(msAgo: number): number {
    const then = Date.now() - msAgo;
    return this.allTimes.findLastIndex((time) => time <= then) + 1;
  }

  /** Publishes no more; resolves when the last one has been confirmed. Rejects when one could not be for a minute. */
  async stop(): Promise<Published> {
    this.stopping = true;
    await this.running;
    const { state } = await (await this.connection.jetstreamManager()).streams.info(STREAM);
    await this.connection.close();
    return { times: this.times, repeated: this.repeated, stored: state.messages };
  }

  private async run(): Promise<void> {
    const began = performance.now();
    for (let event = 0; !this.stopping; event++) {
      const due = began + (event * 1000) / this.options.rate;
      if (due > performance.now()) await delay(due - performance.now());
      await this.publish(targetOf(event, this.options.subscribers));
    }
  }

  private async publish(subscriber: string): Promise<void> {
    const publishedAt = Date.now();
    this.allTimes.push(publishedAt);
    const times = this.times.get(subscriber) ?? [];
    this.times.set(subscriber, times);
    const number = times.push(publishedAt);
    const id = randomUUID();
    const what = number % 2 === 1 ? 'created' : 'changed';
    const message = messageOf(id, what, writeOfferKey({ subscriber, number, publishedAt }), publishedAt);
    for (;;) {
      try {
        await this.stream.publish(`shop.offer.${what}.${subscriber}`, message, { msgID: id });
        return;
      } catch (error) {
        if (Date.now() - publishedAt > GIVE_UP_MS) throw new Error('NATS takes no events.', { cause: error });
        // Stored or not: JetStream drops what it has under this id.
        this.repeated += 1;
        await delay(PAUSE_MS);
      }
    }
  }
}

/** The busy ones stand at the beginning of the list; all others get the rest in turns. */
function targetOf(event: number, subscribers: readonly string[]): string {
  const busy = Math.max(1, Math.floor(subscribers.length / BUSY_PART));
  const others = Math.max(1, subscribers.length - busy);
  const turn = Math.floor(event / BUSY_EVERY);
  const index = event % BUSY_EVERY === 0 ? turn % busy : busy + ((event - turn - 1) % others);
  return subscribers[index] ?? subscribers[0] ?? '';
}

function messageOf(id: string, what: string, key: string, publishedAt: number): string {
  return JSON.stringify({
    id,
    type: `shop.offer.${what}`,
    schemaVersion: 1,
    occurredAt: new Date(publishedAt).toISOString(),
    entities: [{ __typename: 'Offer', key, version: 1 }],
    actor: { kind: 'SYSTEM', sub: 'perf' },
    payload: {},
  });
}
