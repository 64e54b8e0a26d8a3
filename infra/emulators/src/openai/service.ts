import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { type Disturbance, Disturbances } from './disturbance.js';
import { RateLimit } from './rateLimit.js';
import type { EmulatorSettings } from './settings.js';
import { Stats } from './stats.js';

/** What all the endpoints share: the settings of the moment, the account's limits, the disturbances and the counters. */
export class Service {
  readonly stats = new Stats();
  readonly limits: RateLimit;
  private readonly disturbances: Disturbances;
  private number = 0;
  private current: EmulatorSettings;

  constructor(
    private readonly initial: EmulatorSettings,
    readonly now: () => number = Date.now,
  ) {
    this.current = initial;
    this.disturbances = new Disturbances(() => this.current);
    this.limits = new RateLimit(() => this.current, now);
  }

  get settings(): EmulatorSettings {
    return this.current;
  }

  change(part: Partial<EmulatorSettings>): EmulatorSettings {
    this.current = { ...this.current, ...part };
    return this.current;
  }

  /** Back to the settings of the start, with all counters and remembered attempts at zero. */
  reset(): void {
    this.current = this.initial;
    this.disturbances.forget();
    this.stats.clear();
  }

  /** Numbers the answers, for ids that have to differ between equal requests. */
  nextNumber(): number {
    this.number += 1;
    return this.number;
  }

  /** Counts a request and decides its fate. Throws the answer when it is to fail, after the time that a failure takes. */
  async admit(
    kind: 'chat' | 'embeddings',
    inputKey: string,
    tokens: number,
    reply: FastifyReply,
    gone: AbortSignal,
  ): Promise<Disturbance> {
    this.stats.request(kind);
    const limited = this.limits.take(tokens);
    reply.headers(this.limits.headers());
    if (limited) throw limited;
    const disturbance = this.disturbances.next(inputKey);
    this.stats.disturbance(disturbance);
    if (!disturbance.error) return disturbance;
    await this.wait(disturbance.delayMs, gone);
    throw disturbance.error;
  }

  /** Waits, at most until the client hangs up. */
  async wait(ms: number, gone: AbortSignal): Promise<void> {
    if (ms > 0) await delay(ms, undefined, { signal: gone }).catch(() => undefined);
  }

  /** Aborts when the client closes the connection before it has its answer. */
  watch(reply: FastifyReply): AbortSignal {
    const controller = new AbortController();
    reply.raw.once('close', () => {
      if (reply.raw.writableFinished) return;
      this.stats.aborted();
      controller.abort();
    });
    return controller.signal;
  }
}
