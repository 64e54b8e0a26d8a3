import { appendDeltas } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { LeadRow } from '../store/leadTable.js';
import { type CountedLead, leadPlace } from './leadPlace.js';
import { type MoneyMeasure, money } from './rollups.js';

/** Counts what a change of a lead cost or brought for the reports, in the transaction of the change. */
export async function countMoney(
  tx: EntityManager,
  lead: CountedLead,
  add: Partial<Record<MoneyMeasure, number>>,
): Promise<void> {
  await appendDeltas(tx, money, [{ ...leadPlace(lead), add }]);
}

/** What an accepted lead adds. */
export function acceptedMoney({ costCents }: Pick<LeadRow, 'costCents'>): Partial<Record<MoneyMeasure, number>> {
  return { accepted: 1, ...(costCents !== null && { costed: 1, cost_cents: costCents }) };
}

/** What a lead adds whose first buyer made a policy of it. */
export function boundMoney({ costCents }: Pick<LeadRow, 'costCents'>): Partial<Record<MoneyMeasure, number>> {
  return { bound: 1, ...(costCents !== null && { costed_bound: 1 }) };
}
