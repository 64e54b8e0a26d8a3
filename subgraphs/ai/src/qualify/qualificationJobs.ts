import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, DomainError, inTransaction, isUuid, withIdempotency } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { QualificationJobRow } from '../store/entities.js';
import { findJobs } from '../store/jobs.js';
import { lockLead } from '../store/leadProjections.js';
import type { JobSignals } from '../worker/jobSignals.js';
import { queueJob } from './queueJob.js';

export interface QualificationRequest {
  readonly leadId: string;
  /** Whose idempotency key it is. */
  readonly caller: string;
  readonly idempotencyKey: string | null;
  /** Only a lead of this partner's: others are not there for it. Null: any lead. */
  readonly partner: string | null;
  /** Somebody waits for the result. */
  readonly urgent: boolean;
}

interface Options {
  readonly db: DataSource;
  readonly clock: Clock;
  readonly signals: JobSignals;
  readonly longestWaitMs: number;
}

/** How long after its id was made a lead that is not known here may just be late: events take moments, not minutes. */
const LATE_MS = 60_000;
/** How often a waiting caller looks for a job that another process works off. */
const LOOK_MS = 250;

/** Qualification on demand. */
export class QualificationJobs {
  constructor(private readonly options: Options) {}

  /**
   * Queues a job for a lead, or joins the open one, and returns its id. Throws NOT_FOUND (no such lead, or another partner's), LEAD_NOT_READY (it may be on its way: repeat),
   * LEAD_WITHDRAWN, and IDEMPOTENCY_KEY_REUSED.
   */
  async request(request: QualificationRequest): Promise<string> {
    const { leadId, caller, idempotencyKey } = request;
    if (!isUuid(leadId)) throw unknownLead(leadId);
    return inTransaction(this.options.db, async (tx) => {
      if (idempotencyKey === null) return this.#open(tx, request);
      const call = { operation: 'qualifyLead', caller, key: idempotencyKey, body: { leadId } };
      return (await withIdempotency(tx, call, () => this.#open(tx, request))).answer;
    });
  }

  async read(jobId: string): Promise<QualificationJobRow> {
    const [job] = await findJobs(this.options.db.manager, [jobId]);
    if (!job)
      throw new DomainError('NOT_FOUND', 'This job is too old; ask for the lead and its qualification instead.');
    return job;
  }

  /** The job once it has ended, or as it is after the longest wait. */
  async waitFor(jobId: string): Promise<QualificationJobRow> {
    const deadline = performance.now() + this.options.longestWaitMs;
    for (;;) {
      const controller = new AbortController();
      const ended = this.options.signals.untilEnded(jobId, controller.signal);
      const job = await this.read(jobId);
      const left = deadline - performance.now();
      if (job.status === 'COMPLETED' || job.status === 'FAILED' || left <= 0) {
        controller.abort();
        return job;
      }
      const look = delay(Math.min(LOOK_MS, left), undefined, { signal: controller.signal }).catch(() => undefined);
      await Promise.race([ended, look]);
      controller.abort();
    }
  }

  async #open(tx: EntityManager, { leadId, partner, urgent }: QualificationRequest): Promise<string> {
    const lead = await lockLead(tx, leadId);
    if (!lead) throw this.#mayBeLate(leadId) ? lateLead(leadId) : unknownLead(leadId);
    if (partner !== null && lead.facts?.partner !== partner) throw unknownLead(leadId);
    if (lead.status === 'WITHDRAWN') {
      throw new DomainError(
        'LEAD_WITHDRAWN',
        'This lead was withdrawn by the person it is about; it is not qualified any more.',
      );
    }
    return queueJob(tx, leadId, { signals: this.options.signals, urgent });
  }

  /** Ids carry the time at which they were made (UUID version 7, RFC 9562). */
  #mayBeLate(leadId: string): boolean {
    const digits = leadId.replaceAll('-', '');
    if (digits[12] !== '7') return false;
    const madeAt = Number.parseInt(digits.slice(0, 12), 16);
    const age = this.options.clock.now().getTime() - madeAt;
    return Math.abs(age) < LATE_MS;
  }
}

function unknownLead(leadId: string): DomainError {
  return new DomainError(
    'NOT_FOUND',
    `There is no lead with the id "${leadId}" that could be qualified. Check the id; rejected leads and duplicates are not qualified.`,
    { field: 'input.leadId', details: { typename: 'Lead', id: leadId } },
  );
}

function lateLead(leadId: string): DomainError {
  return new DomainError(
    'LEAD_NOT_READY',
    'This lead was created a moment ago and has not arrived here yet. Send the request again in a second.',
    { field: 'input.leadId', retryable: true, details: { id: leadId } },
  );
}
