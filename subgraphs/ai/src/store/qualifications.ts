import { Any, type EntityManager } from 'typeorm';
import { QualificationRow } from './entities.js';

export async function insertQualification(tx: EntityManager, row: QualificationRow): Promise<void> {
  await tx.insert(QualificationRow, row);
}

export function findQualifications(manager: EntityManager, ids: readonly string[]): Promise<QualificationRow[]> {
  return manager.findBy(QualificationRow, { id: Any([...ids]) });
}

/** The newest qualification of each lead that has one, in one statement. */
export function latestQualifications(manager: EntityManager, leadIds: readonly string[]): Promise<QualificationRow[]> {
  return recentQualifications(manager, leadIds, 1);
}

/** The newest `limit` qualifications of each lead, the newest first, in one statement. */
export function recentQualifications(
  manager: EntityManager,
  leadIds: readonly string[],
  limit: number,
): Promise<QualificationRow[]> {
  return manager
    .createQueryBuilder(QualificationRow, 'qualification')
    .where(
      `qualification.id IN (
         SELECT recent.id FROM unnest(:leadIds::uuid[]) AS lead(id)
         CROSS JOIN LATERAL (SELECT q.id FROM qualification AS q WHERE q.lead_id = lead.id ORDER BY q.id DESC LIMIT :limit) AS recent)`,
      { leadIds, limit },
    )
    .orderBy('qualification.id', 'DESC')
    .getMany();
}
