import type { EntityManager } from 'typeorm';

/**
 * Each agent's newest entries of a table (its offers, assignments, notifications), the newest first. One statement, which reads no more of an
 * agent's entries than it returns.
 */
export function newestOf<T extends { id: string; agentId: string; status: string }>(
  manager: EntityManager,
  type: new () => T,
  agentIds: readonly string[],
  list: {
    readonly first: number;
    /** Null: in any status. */
    readonly statuses: readonly T['status'][] | null;
  },
): Promise<T[]> {
  const { tableName } = manager.connection.getMetadata(type);
  return manager
    .getRepository(type)
    .createQueryBuilder('entry')
    .where(
      `entry.id IN (
         SELECT newest.id FROM unnest(:agentIds::uuid[]) AS wanted (agent_id)
         CROSS JOIN LATERAL (
           SELECT own.id FROM ${tableName} AS own
           WHERE own.agent_id = wanted.agent_id AND (:statuses::text[] IS NULL OR own.status = ANY(:statuses::text[]))
           ORDER BY own.id DESC LIMIT :first
         ) AS newest)`,
      { agentIds: [...agentIds], statuses: list.statuses && [...list.statuses], first: list.first },
    )
    .orderBy('entry.id', 'DESC')
    .getMany();
}
