import { onCommit } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { openJob } from '../store/jobs.js';
import { announceJob } from '../worker/announceJob.js';
import type { JobSignals } from '../worker/jobSignals.js';

/** Queues a job for the lead and announces it, or joins the one that is open; returns the job's id. */
export async function queueJob(
  tx: EntityManager,
  leadId: string,
  { signals, urgent = false }: { signals: JobSignals; urgent?: boolean },
): Promise<string> {
  const { job, created } = await openJob(tx, leadId, { urgent });
  if (created) {
    await announceJob(tx, 'ai.qualification.queued', { id: job.id, leadId, version: 1 }, {});
    onCommit(tx, () => signals.queued());
  }
  return job.id;
}
