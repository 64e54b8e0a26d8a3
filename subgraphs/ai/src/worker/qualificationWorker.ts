import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, inTransaction, type Logger, runInScope, systemActor, uuidv7, type Worker } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { WorkerConfig } from '../config.js';
import type { AiMetrics } from '../metrics.js';
import type { Qualifier } from '../qualify/qualifier.js';
import { type ClaimedJob, claimJobs, endJob, releaseJobs, renewLeases } from '../store/jobs.js';
import { announceJob } from './announceJob.js';
import { completeJob } from './completeJob.js';
import type { JobSignals } from './jobSignals.js';

export interface QualificationWorkerOptions {
  readonly db: DataSource;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: AiMetrics;
  readonly qualifier: Qualifier;
  readonly signals: JobSignals;
  readonly config: WorkerConfig;
}

/**
 * Works off the queue of jobs, many at the same time, because nearly all of a job is waiting for the model. It holds a lease on each job that it renews while
 * it lives: when the process is killed, the leases end and another worker (or the same one, started again) takes the jobs over. The model is
 * called outside any transaction; what it costs to call it twice after a kill is accepted, a lead that is never answered is not.
 */
export class QualificationWorker implements Worker {
  readonly name = 'qualification';
  readonly #options: QualificationWorkerOptions;
  /** New for each process: a restarted one must not take its predecessor's leases for its own. */
  readonly #owner = uuidv7();
  readonly #running = new Map<string, Promise<void>>();

  constructor(options: QualificationWorkerOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { config, db, log } = this.#options;
    const renewal = setInterval(() => void this.#renew(), config.leaseMs / 3);
    try {
      while (!signal.aborted) {
        const pause = this.#pauseBeforeNextLook(signal);
        const free = config.concurrency - this.#running.size;
        const claimed = free > 0 ? await this.#claim(free) : [];
        for (const job of claimed) this.#begin(job);
        // A full hand means that more may be waiting: look again as soon as there is room.
        await (claimed.length === free ? Promise.race(this.#running.values()) : pause.over);
        pause.cancel();
      }
      await Promise.all(this.#running.values());
      await releaseJobs(db.manager, this.#owner).catch((error: unknown) =>
        log.warn({ err: error }, 'jobs could not be given back; their leases end by themselves'),
      );
    } finally {
      clearInterval(renewal);
    }
  }

  /** Ends when a job is queued, at the next poll, or at the end. Begun before looking, so that nothing queued meanwhile is missed. */
  #pauseBeforeNextLook(signal: AbortSignal): { over: Promise<unknown>; cancel: () => void } {
    const { config, signals } = this.#options;
    const controller = new AbortController();
    const ended = AbortSignal.any([signal, controller.signal]);
    const over = Promise.race([
      signals.nextQueued(ended),
      delay(config.pollMs, undefined, { signal: ended }).catch(() => undefined),
    ]);
    return { over, cancel: () => controller.abort() };
  }

  /** Takes due jobs; those that are begun for the first time are announced in the same transaction. */
  #claim(limit: number): Promise<ClaimedJob[]> {
    const { db, config } = this.#options;
    const claim = { owner: this.#owner, limit, leaseMs: config.leaseMs };
    return inTransaction(db, async (tx) => {
      const jobs = await claimJobs(tx, claim);
      for (const job of jobs) {
        if (job.attempts === 1) await announceJob(tx, 'ai.qualification.started', job, {});
      }
      return jobs;
    });
  }

  #begin(job: ClaimedJob): void {
    const { log, metrics } = this.#options;
    if (job.attempts > 1) metrics.takenOver.inc();
    const work = runInScope({ origin: 'background', requestId: `job-${job.id}`, actor: systemActor }, () =>
      this.#work(job),
    )
      .catch((error: unknown) => log.warn({ err: error, jobId: job.id }, 'a job was interrupted; it is taken up again'))
      .finally(() => {
        this.#running.delete(job.id);
        metrics.running.set(this.#running.size);
      });
    this.#running.set(job.id, work);
    metrics.running.set(this.#running.size);
  }

  async #work(job: ClaimedJob): Promise<void> {
    const { db, clock, log, qualifier, signals, config } = this.#options;
    if (!job.facts || job.attempts > 2 * config.mostAttempts) {
      await this.#fail(job, job.facts ? 'TOO_MANY_ATTEMPTS' : 'LEAD_WITHDRAWN');
      signals.ended(job.id);
      return;
    }
    const withoutModel = job.attempts > config.mostAttempts ? 'REPEATED_CRASH' : null;
    const qualified = await qualifier.qualify(job.facts, withoutModel);
    const done = await completeJob(job, qualified, { db, signals, qualifier, now: clock.now() });
    const { engine, fallbackReason, verdict, latencyMs } = qualified;
    log.debug(
      { jobId: job.id, leadId: job.leadId, done, engine, fallbackReason, tier: verdict.tier, latencyMs },
      'job worked off',
    );
  }

  #fail(job: ClaimedJob, reason: string): Promise<void> {
    return inTransaction(this.#options.db, async (tx) => {
      const version = await endJob(tx, job, { failure: reason });
      if (version !== null) await announceJob(tx, 'ai.qualification.failed', { ...job, version }, { reason });
    });
  }

  async #renew(): Promise<void> {
    const { db, config, log } = this.#options;
    if (this.#running.size === 0) return;
    const renewal = { owner: this.#owner, ids: [...this.#running.keys()], leaseMs: config.leaseMs };
    await renewLeases(db.manager, renewal).catch((error: unknown) =>
      log.warn({ err: error }, 'leases could not be renewed'),
    );
  }
}
