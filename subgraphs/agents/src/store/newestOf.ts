import type { EntityManager } from 'typeorm';

/**
 * Each agent's newest entries of a table (its offers, assignments, notifications), the newest first. One statement, which reads no more of an agent's entries
 * than it returns; with statuses, no more than that of each status, by the index of agents and statuses: going back through entries of any status would end
 * at the oldest one of all agents for one that has none in it.
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
  const own = `SELECT own.id FROM ${tableName} AS own WHERE own.agent_id = wanted.agent_id`;
  const newestFirst = 'ORDER BY own.id DESC LIMIT :first';
  const newest = list.statuses
    ? `SELECT own.id FROM unnest(:statuses::text[]) AS asked (status)
       CROSS JOIN LATERAL (${own} AND own.status = asked.status ${newestFirst}) AS own ${newestFirst}`
    : `${own} ${newestFirst}`;
  return manager
    .getRepository(type)
    .createQueryBuilder('entry')
    .where(
      `entry.id IN (
         SELECT newest.id FROM unnest(:agentIds::uuid[]) AS wanted (agent_id) CROSS JOIN LATERAL (${newest}) AS newest)`,
      {
        agentIds: [...agentIds],
        first: list.first,
        ...(list.statuses && { statuses: [...new Set<string>(list.statuses)] }),
      },
    )
    .orderBy('entry.id', 'DESC')
    .getMany();
}
