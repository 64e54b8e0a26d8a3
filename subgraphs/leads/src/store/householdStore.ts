import type { EntityManager } from 'typeorm';
import { LeadRow } from './leadTable.js';

/** How many leads of a household are told. */
const MOST_OF_HOUSEHOLD = 1_000;

/** The leads of some households, of each the oldest ones, in one statement. */
export function readHouseholds(manager: EntityManager, householdIds: readonly string[]): Promise<LeadRow[]> {
  return manager
    .createQueryBuilder(LeadRow, 'lead')
    .where(
      `lead.id IN (
         SELECT own.id FROM unnest(:householdIds::uuid[]) AS wanted (id)
         CROSS JOIN LATERAL (
           SELECT id FROM lead WHERE household_id = wanted.id ORDER BY id LIMIT :most
         ) AS own)`,
      { householdIds, most: MOST_OF_HOUSEHOLD },
    )
    .orderBy('lead.id')
    .getMany();
}
