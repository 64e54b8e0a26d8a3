import type { DataSource } from 'typeorm';

type Found = { leadId: string }[];

/** Leads with an offer whose window is over, the longest overdue first. */
export function findExpired(db: DataSource, now: Date, limit: number): Promise<Found> {
  return db.query(
    `SELECT lead_id AS "leadId" FROM offer WHERE status = 'OFFERED' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
    [now, limit],
  );
}

/** Leads with a reservation, an acceptance or a wish for quotes that nobody answered in time. */
export function findUnanswered(db: DataSource, now: Date, limit: number): Promise<Found> {
  return db.query(
    `SELECT lead_id AS "leadId" FROM (
       (SELECT lead_id, resend_at FROM offer WHERE resend_at <= $1 ORDER BY resend_at LIMIT $2)
       UNION ALL
       (SELECT lead_id, resend_at FROM routing WHERE resend_at <= $1 ORDER BY resend_at LIMIT $2)
     ) AS due ORDER BY resend_at LIMIT $2`,
    [now, limit],
  );
}

/** Leads that waited for a schedule to open, which it has. */
export function findQueued(db: DataSource, now: Date, limit: number): Promise<Found> {
  return db.query(
    `SELECT lead_id AS "leadId" FROM routing WHERE state = 'QUEUED' AND retry_at <= $1 ORDER BY retry_at LIMIT $2`,
    [now, limit],
  );
}
