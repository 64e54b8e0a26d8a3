import type { EntityManager } from 'typeorm';

/** A bought lead in its agent's hands. Its offer has at most one. */
export async function insertAssignment(
  tx: EntityManager,
  assignment: { id: string; offerId: string; leadId: string; agentId: string; at: Date },
): Promise<void> {
  const { id, offerId, leadId, agentId, at } = assignment;
  await tx.query(
    `INSERT INTO assignment (id, offer_id, lead_id, agent_id, status, created_at, changed_at)
     VALUES ($1, $2, $3, $4, 'NEW', $5, $5)`,
    [id, offerId, leadId, agentId, at],
  );
}

/** A message to an agent that is to be sent. */
export async function queueNotification(
  tx: EntityManager,
  notification: {
    id: string;
    agentId: string;
    offerId: string;
    channel: 'EMAIL' | 'SMS';
    template: string;
    at: Date;
  },
): Promise<void> {
  const { id, agentId, offerId, channel, template, at } = notification;
  await tx.query(
    `INSERT INTO notification (id, agent_id, offer_id, channel, template, status, next_attempt_at, created_at)
     VALUES ($1, $2, $3, $4, $5, 'QUEUED', $6, $6)`,
    [id, agentId, offerId, channel, template, at],
  );
}
