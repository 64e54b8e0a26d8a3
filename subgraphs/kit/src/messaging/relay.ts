import { setTimeout as delay } from 'node:timers/promises';
import type { EventMessage } from '@leadgraph/schema';
import { headers, type JetStreamClient, JSONCodec } from 'nats';
import type { DataSource } from 'typeorm';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { uuidv7 } from '../uuid.js';
import { onOutboxCommitted } from './outbox.js';
import { type Lease, RelayLeases } from './relayLeases.js';

/** Header that carries the key within which order is kept; consumers handle messages of one key one after another. */
export const ORDER_KEY_HEADER = 'leadgraph-order-key';
export const REQUEST_ID_HEADER = 'x-request-id';

interface OutboxRow {
  position: string;
  id: string;
  partition: number;
  order_key: string;
  subject: string;
  message: EventMessage;
  request_id: string;
}

export interface RelayOptions {
  dataSource: DataSource;
  jetStream: JetStreamClient;
  log: Logger;
  metrics: Metrics;
  leaseMs?: number;
  /** The longest pause between two looks at the outbox; a commit in this process ends it at once. */
  pollMs?: number;
  batchSize?: number;
}

/** The pause after a batch before the next look. */
const GATHER_MS = 5;

const codec = JSONCodec<EventMessage>();

/**
 * Publishes the outbox to NATS JetStream, at least once, in order per order key. The outbox row's id is the message's id, so a
 * publish whose answer got lost is repeated with the same id and dropped by the stream's duplicate window. Messages of different
 * keys travel at the same time; a key whose publish failed waits, the others go on.
 */
export class Relay {
  readonly #options: Required<RelayOptions>;
  readonly #leases: RelayLeases;
  #stopping = false;
  #wake: () => void = () => undefined;
  #pending = false;
  #running: Promise<void> | undefined;
  #forget: (() => void) | undefined;

  constructor(options: RelayOptions) {
    this.#options = { leaseMs: 5_000, pollMs: 500, batchSize: 200, ...options };
    this.#leases = new RelayLeases(options.dataSource, uuidv7(), this.#options.leaseMs);
  }

  start(): void {
    this.#forget = onOutboxCommitted(() => this.wake());
    this.#running = this.#run();
  }

  /** Looks at the outbox now instead of at the end of the pause. */
  wake(): void {
    this.#pending = true;
    this.#wake();
  }

  /** Publishes nothing more, waits for what is under way and gives the partitions back. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#forget?.();
    this.wake();
    await this.#running;
    await this.#leases.release().catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { log, metrics, pollMs, leaseMs, batchSize } = this.#options;
    let renewAt = 0;
    let failures = 0;
    while (!this.#stopping) {
      this.#pending = false;
      try {
        if (performance.now() >= renewAt) {
          const claimedSome = await this.#leases.renew();
          renewAt = performance.now() + (claimedSome ? 0 : leaseMs / 4);
        }
        const { read, failed } = await this.#publishBatch(this.#leases.held);
        metrics.outboxPending.set(read);
        failures = failed ? failures + 1 : 0;
        if (failures === 0 && (read === batchSize || renewAt <= performance.now())) continue;
        // Under load the next messages gather meanwhile: one look and one deletion for all of them.
        if (read > 0) await delay(GATHER_MS);
      } catch (error) {
        failures += 1;
        log.warn({ err: error }, 'the outbox could not be read; trying again');
      }
      await this.#pause(failures === 0 ? pollMs : Math.min(100 * 2 ** failures, 3_000), failures === 0);
    }
  }

  async #publishBatch(leases: readonly Lease[]): Promise<{ read: number; failed: boolean }> {
    if (leases.length === 0) return { read: 0, failed: false };
    const { dataSource, batchSize, log, metrics } = this.#options;
    const rows: OutboxRow[] = await dataSource.query(
      `SELECT position, id, partition, order_key, subject, message, request_id FROM outbox
       WHERE partition = ANY($1) ORDER BY position LIMIT $2`,
      [leases.map((lease) => lease.partition), batchSize],
    );
    if (rows.length === 0) return { read: 0, failed: false };

    const published: string[] = [];
    let failure: unknown;
    await Promise.all(
      [...Map.groupBy(rows, (row) => row.order_key).values()].map(async (sameKey) => {
        for (const row of sameKey) {
          if (failure !== undefined) return;
          try {
            await this.#publish(row);
            published.push(row.position);
            metrics.published.inc({ type: row.message.type });
          } catch (error) {
            failure = error;
            metrics.publishFailures.inc();
            return;
          }
        }
      }),
    );
    if (failure !== undefined)
      log.warn({ err: failure, published: published.length }, 'publishing failed; repeating with the same ids');
    if (published.length > 0) await this.#forgetPublished(published, leases);
    return { read: rows.length, failed: failure !== undefined };
  }

  async #publish(row: OutboxRow): Promise<void> {
    const head = headers();
    head.set(ORDER_KEY_HEADER, row.order_key);
    head.set(REQUEST_ID_HEADER, row.request_id);
    await this.#options.jetStream.publish(row.subject, codec.encode(row.message), {
      msgID: row.id,
      headers: head,
      timeout: 2_000,
    });
  }

  /** Only the owner of a partition takes rows out of it; who lost the lease leaves them to the next one, who repeats them harmlessly. */
  async #forgetPublished(positions: string[], leases: readonly Lease[]): Promise<void> {
    await this.#options.dataSource.query(
      `DELETE FROM outbox USING relay_lease, unnest($2::smallint[], $3::bigint[]) AS mine (partition, fencing)
       WHERE outbox.position = ANY($1::bigint[]) AND relay_lease.partition = outbox.partition
         AND mine.partition = outbox.partition AND relay_lease.fencing = mine.fencing`,
      [positions, leases.map((lease) => lease.partition), leases.map((lease) => lease.fencing)],
    );
  }

  async #pause(milliseconds: number, wakeable: boolean): Promise<void> {
    if ((wakeable && this.#pending) || this.#stopping) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        if (!wakeable && !this.#stopping) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
