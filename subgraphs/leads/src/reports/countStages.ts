import { appendDeltas, durationBucket } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { newStages, type Stage } from '../lifecycle/stages.js';
import type { LeadRow } from '../store/leadTable.js';
import { type CountedLead, leadPlace } from './leadPlace.js';
import { funnel, speedSteps, speedToLead } from './rollups.js';

type Counted = CountedLead & Pick<LeadRow, 'stages'>;

/** Counts the stages that a lead reached now for the reports, in the transaction that changes it. `before` are those that were counted already. */
export async function countStages(tx: EntityManager, lead: Counted, before: number, now: Date): Promise<void> {
  const reached = newStages(lead.stages, before);
  if (reached.length === 0) return;
  const place = leadPlace(lead);
  const add: Partial<Record<Stage, number>> = Object.fromEntries(reached.map((stage) => [stage, 1]));
  await appendDeltas(tx, funnel, [{ ...place, add }]);
  const bucket = durationBucket(now.getTime() - lead.receivedAt.getTime());
  const steps = speedSteps.filter((step) => reached.includes(step));
  await appendDeltas(
    tx,
    speedToLead,
    steps.map((step) => ({ ...place, step, bucket, add: { leads: 1 } })),
  );
}
