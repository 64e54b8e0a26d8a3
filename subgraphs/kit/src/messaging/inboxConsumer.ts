import { setTimeout as delay } from 'node:timers/promises';
import { ContractViolation } from '@leadgraph/schema';
import { AckPolicy, type ConsumerMessages, type JetStreamClient, type JetStreamManager, type JsMsg, nanos } from 'nats';
import type { LimitFunction } from 'p-limit';
import type { DataSource } from 'typeorm';
import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import { runInScope, systemActor } from '../requestScope.js';
import { isTransientStoreError } from '../store/transaction.js';
import { type EventHandlers, RetryLater } from './consumer.js';
import { buryMessage } from './deadLetters.js';
import { handleOnce, handlerFor } from './inbox.js';
import { OrderedDispatch } from './orderedDispatch.js';
import { ORDER_KEY_HEADER, REQUEST_ID_HEADER } from './relay.js';

export interface InboxConsumerOptions {
  /** The consuming subgraph; the durable consumer's name. */
  subgraph: string;
  stream: string;
  /** Only for a stream that several subgraphs share: what is taken from it. */
  filter?: string;
  /** How many leading tokens the subject has before the event's type. */
  subjectPrefixTokens?: number;
  handlers: EventHandlers;
  dataSource: DataSource;
  jetStream: JetStreamClient;
  manager: JetStreamManager;
  log: Logger;
  metrics: Metrics;
  /** Shared by all consumers of a process, so that they leave connections of the pool to requests. */
  limit: LimitFunction;
  /** Pauses before the 2nd, 3rd, … try; the last one repeats. Milliseconds. */
  backoffMs?: readonly number[];
  /**
   * After how long NATS delivers again what a process took and then died of. A process that lives tells NATS of each message that it has
   * taken, three times within this time, however long it waits its turn here or is tried again. Default 15 s.
   */
  ackWaitMs?: number;
  /** Tries before a message is put aside as a dead letter. Tries that failed because the store was away do not count. */
  mostAttempts?: number;
}

const MOST_IN_FLIGHT = 64;
const DEFAULT_BACKOFF_MS = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000] as const;

/**
 * A durable JetStream consumer over one stream. Each message is handled once (inbox), those of one order key in order. A failure is
 * repeated with backoff and, after the last try, put aside as a dead letter. When NATS goes away it goes on where it was once it is back.
 */
export class InboxConsumer {
  readonly #options: InboxConsumerOptions;
  readonly #dispatch = new OrderedDispatch();
  readonly #backoffMs: readonly number[];
  readonly #mostAttempts: number;
  readonly #ackWaitMs: number;
  /** Delivered and not acknowledged yet. */
  readonly #taken = new Set<JsMsg>();
  readonly #stop = new AbortController();
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;

  constructor(options: InboxConsumerOptions) {
    this.#options = options;
    this.#backoffMs = options.backoffMs ?? DEFAULT_BACKOFF_MS;
    this.#mostAttempts = options.mostAttempts ?? 8;
    this.#ackWaitMs = options.ackWaitMs ?? 15_000;
  }

  /** Makes the durable consumer if it is not there, and begins. */
  async start(): Promise<void> {
    await this.#ensure();
    const keeping = setInterval(() => {
      for (const message of this.#taken) message.working();
    }, this.#ackWaitMs / 3);
    this.#stop.signal.addEventListener('abort', () => clearInterval(keeping));
    this.#running = this.#run();
  }

  /** Takes nothing more, finishes what is being handled; what was taken and not begun comes again later. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#messages?.stop();
    await this.#running;
    await this.#dispatch.idle();
  }

  async #ensure(): Promise<void> {
    const { manager, stream, subgraph, filter } = this.#options;
    await manager.consumers.add(stream, {
      durable_name: subgraph,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(this.#ackWaitMs),
      max_ack_pending: MOST_IN_FLIGHT * 4,
      max_deliver: -1,
      ...(filter !== undefined && { filter_subject: filter }),
    });
  }

  async #run(): Promise<void> {
    const { jetStream, stream, subgraph, log } = this.#options;
    while (!this.#stop.signal.aborted) {
      try {
        const consumer = await jetStream.consumers.get(stream, subgraph);
        this.#messages = await consumer.consume({
          max_messages: MOST_IN_FLIGHT,
          expires: 10_000,
          idle_heartbeat: 2_000,
        });
        if (this.#stop.signal.aborted) this.#messages.stop();
        for await (const message of this.#messages) this.#accept(message);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        log.warn({ err: error, stream }, 'consuming was interrupted; going on');
        await delay(500);
        await this.#ensure().catch(() => undefined);
      }
    }
  }

  #accept(message: JsMsg): void {
    const subject = this.#originalSubject(message);
    if (!handlerFor(this.#options.handlers, subject)) {
      message.ack();
      return;
    }
    const key = message.headers?.get(ORDER_KEY_HEADER) || subject;
    this.#taken.add(message);
    this.#dispatch.add(key, () => this.#handleUntilDone(message, subject).finally(() => this.#taken.delete(message)));
  }

  /**
   * Tries again here rather than by redelivery, because the later messages of the same order key wait behind this one; a redelivered
   * message would come after them.
   */
  async #handleUntilDone(message: JsMsg, subject: string): Promise<void> {
    const { log, metrics } = this.#options;
    const type = subject.split('.').slice(0, 3).join('.');
    const requestId = message.headers?.get(REQUEST_ID_HEADER) || `${message.info.stream}:${message.seq}`;
    const end = metrics.handling.startTimer({ type });
    let attempts = 0;
    await runInScope({ origin: 'consumer', requestId, actor: systemActor }, async () => {
      for (;;) {
        if (this.#stop.signal.aborted) return message.nak();
        try {
          const { dataSource, handlers, limit } = this.#options;
          const outcome = await limit(() => handleOnce(dataSource, handlers, parseJson(message)));
          message.ack();
          metrics.messages.inc({ type, outcome });
          return;
        } catch (error) {
          if (!isTransientStoreError(error)) attempts += 1;
          if (error instanceof ContractViolation || attempts >= this.#mostAttempts) {
            if (await this.#bury(message, { subject, attempts, error })) {
              metrics.messages.inc({ type, outcome: 'dead' });
              return;
            }
          }
          metrics.messages.inc({ type, outcome: 'retried' });
          const level = error instanceof RetryLater ? 'debug' : 'warn';
          log[level]({ err: error, subject, attempts }, 'a message could not be handled; trying again');
          await this.#pause(attempts);
        }
      }
    });
    end();
  }

  async #bury(message: JsMsg, failure: { subject: string; attempts: number; error: unknown }): Promise<boolean> {
    const { log, jetStream, subgraph } = this.#options;
    const { subject, attempts, error } = failure;
    try {
      await buryMessage(jetStream, { consumer: subgraph, message, subject, attempts, reason: reasonOf(error) });
      message.ack();
      log.error({ err: error, subject, attempts }, 'a message was put aside as a dead letter');
      return true;
    } catch (buryError) {
      log.warn({ err: buryError, subject }, 'a dead letter could not be stored; trying the message again');
      return false;
    }
  }

  async #pause(attempts: number): Promise<void> {
    const index = Math.min(Math.max(attempts, 1), this.#backoffMs.length) - 1;
    await delay(this.#backoffMs[index], undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }

  #originalSubject(message: JsMsg): string {
    const skip = this.#options.subjectPrefixTokens ?? 0;
    return skip === 0 ? message.subject : message.subject.split('.').slice(skip).join('.');
  }
}

function parseJson(message: JsMsg): unknown {
  try {
    return message.json();
  } catch (error) {
    throw new ContractViolation('The message is not JSON', { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
