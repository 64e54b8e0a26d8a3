import { uuidv7 } from '@leadgraph/kit';
import type { LeadFacts } from '@leadgraph/schema';
import { Any, type EntityManager, In } from 'typeorm';
import { QualificationJobRow } from './entities.js';

/*
 * A job: QUEUED → RUNNING → COMPLETED | FAILED. RUNNING is held by a lease: `due_at` is its end, `lease_owner` the worker and `attempts` the fencing
 * number. Whoever finds a RUNNING job whose lease ended takes it over; the former holder's writes then find neither its owner nor its attempt and
 * change nothing. Times are the database's, because workers of several machines have to agree on them.
 */

/** A job in a worker's hands. */
export interface ClaimedJob {
  readonly id: string;
  readonly leadId: string;
  readonly attempts: number;
  readonly version: number;
  readonly owner: string;
  /** Null when the lead was withdrawn in the meantime. */
  readonly facts: LeadFacts | null;
}

/** How far ahead of the queue an urgent job is put: further than any queue is long. */
const AHEAD = "interval '1 hour'";

/** Queues a job for the lead, or returns the one that is open. An urgent one, for which somebody waits, goes ahead of the queue. */
export async function openJob(
  tx: EntityManager,
  leadId: string,
  { urgent } = { urgent: false },
): Promise<{ job: Pick<QualificationJobRow, 'id'>; created: boolean }> {
  const dueAt = urgent ? `clock_timestamp() - ${AHEAD}` : 'clock_timestamp()';
  const created: { id: string }[] = await tx.query(
    `INSERT INTO qualification_job (id, lead_id, status, due_at) VALUES ($1, $2, 'QUEUED', ${dueAt})
     ON CONFLICT (lead_id) WHERE status IN ('QUEUED', 'RUNNING') DO NOTHING RETURNING id`,
    [uuidv7(), leadId],
  );
  if (created[0]) return { job: created[0], created: true };
  const open = await tx.findOneBy(QualificationJobRow, { leadId, status: In(['QUEUED', 'RUNNING']) });
  // The open one ended between the two statements: now there is room for a new one.
  if (!open) return openJob(tx, leadId, { urgent });
  if (urgent && open.status === 'QUEUED') {
    await tx.query(`UPDATE qualification_job SET due_at = ${dueAt} WHERE id = $1 AND status = 'QUEUED'`, [open.id]);
  }
  return { job: open, created: false };
}

/** Takes up to `limit` due jobs for `owner` until the lease ends. Jobs that others are taking at this moment are skipped. */
export async function claimJobs(
  tx: EntityManager,
  claim: { owner: string; limit: number; leaseMs: number },
): Promise<ClaimedJob[]> {
  const [rows]: [ClaimedRow[], number] = await tx.query(
    `WITH due AS (
       SELECT id FROM qualification_job
       WHERE status IN ('QUEUED', 'RUNNING') AND due_at <= clock_timestamp()
       ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
     )
     UPDATE qualification_job AS job
     SET status = 'RUNNING', lease_owner = $1, attempts = attempts + 1, version = version + 1,
         due_at = clock_timestamp() + $3 * interval '1 millisecond', updated_at = clock_timestamp()
     FROM due WHERE job.id = due.id
     RETURNING job.id, job.lead_id, job.attempts, job.version,
       (SELECT facts FROM lead_projection AS lead WHERE lead.lead_id = job.lead_id) AS facts`,
    [claim.owner, claim.limit, claim.leaseMs],
  );
  return rows.map(({ lead_id: leadId, ...row }) => ({ ...row, leadId, owner: claim.owner }));
}

interface ClaimedRow {
  readonly id: string;
  readonly lead_id: string;
  readonly attempts: number;
  readonly version: number;
  readonly facts: LeadFacts | null;
}

/** Moves the end of the leases that `owner` still holds. */
export async function renewLeases(
  manager: EntityManager,
  renewal: { owner: string; ids: readonly string[]; leaseMs: number },
): Promise<void> {
  await manager.query(
    `UPDATE qualification_job SET due_at = clock_timestamp() + $3 * interval '1 millisecond'
     WHERE id = ANY($2) AND lease_owner = $1 AND status = 'RUNNING'`,
    [renewal.owner, renewal.ids, renewal.leaseMs],
  );
}

/** Gives jobs back that were taken and not begun, so that others need not wait for the lease. */
export async function releaseJobs(manager: EntityManager, owner: string): Promise<void> {
  await manager.query(
    `UPDATE qualification_job
     SET status = 'QUEUED', lease_owner = NULL, due_at = clock_timestamp(), version = version + 1, updated_at = clock_timestamp()
     WHERE lease_owner = $1 AND status = 'RUNNING'`,
    [owner],
  );
}

/**
 * Ends a job in its holder's hands and returns its new version; null when it is not in its hands any more (taken over after the lease ended, or stopped),
 * so that whatever was found out has to be dropped.
 */
export async function endJob(
  tx: EntityManager,
  job: ClaimedJob,
  end: { qualificationId: string } | { failure: string },
): Promise<number | null> {
  const [rows]: [{ version: number }[], number] = await tx.query(
    `UPDATE qualification_job
     SET status = $4, qualification_id = $5, failure = $6, lease_owner = NULL, version = version + 1, updated_at = clock_timestamp()
     WHERE id = $1 AND status = 'RUNNING' AND lease_owner = $2 AND attempts = $3
     RETURNING version`,
    [
      job.id,
      job.owner,
      job.attempts,
      'failure' in end ? 'FAILED' : 'COMPLETED',
      'failure' in end ? null : end.qualificationId,
      'failure' in end ? end.failure : null,
    ],
  );
  return rows[0]?.version ?? null;
}

/** Ends the lead's open job, if there is one, whoever holds it, and returns it. */
export async function stopOpenJob(
  tx: EntityManager,
  leadId: string,
  failure: string,
): Promise<{ id: string; leadId: string; version: number } | null> {
  const [rows]: [{ id: string; version: number }[], number] = await tx.query(
    `UPDATE qualification_job
     SET status = 'FAILED', failure = $2, lease_owner = NULL, version = version + 1, updated_at = clock_timestamp()
     WHERE lead_id = $1 AND status IN ('QUEUED', 'RUNNING')
     RETURNING id, version`,
    [leadId, failure],
  );
  return rows[0] ? { ...rows[0], leadId } : null;
}

export function findJobs(manager: EntityManager, ids: readonly string[]): Promise<QualificationJobRow[]> {
  return manager.findBy(QualificationJobRow, { id: Any([...ids]) });
}
