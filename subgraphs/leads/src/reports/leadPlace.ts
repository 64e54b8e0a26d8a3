import type { LeadRow } from '../store/leadTable.js';

export type CountedLead = Pick<LeadRow, 'receivedAt' | 'isTest' | 'sourceId' | 'line' | 'state'>;

/** Where a lead stands in the sums of reports: by its UTC day of receipt, source, line and state, whenever something happens to it. */
export function leadPlace({ receivedAt, isTest, sourceId, line, state }: CountedLead) {
  return { at: receivedAt, isTest, source_id: sourceId, line, state: state ?? '' };
}
