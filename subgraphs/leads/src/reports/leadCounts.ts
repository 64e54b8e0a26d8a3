import { deltasOf, deltaWrites, durationBucket, type Write } from '@leadgraph/kit';
import { newStages, type Stage } from '../lifecycle/stages.js';
import type { LeadRow } from '../store/leadTable.js';
import { funnel, type MoneyMeasure, money, speedSteps, speedToLead } from './rollups.js';

type CountedLead = Pick<LeadRow, 'stages' | 'receivedAt' | 'isTest' | 'sourceId' | 'line' | 'state'>;

export interface LeadCount {
  /** The stages that were counted already. */
  before: number;
  now: Date;
  /** What the change costs or brings. */
  money?: Money | undefined;
}
export type Money = Partial<Record<MoneyMeasure, number>>;

/** Counts for the reports which stages a lead reached now and what that cost or brought: to be written in the transaction that changes it. */
export function leadCounts(lead: CountedLead, count: LeadCount): Write[] {
  const { receivedAt, isTest, sourceId, line, state } = lead;
  // by the day of receipt, whenever something happens to it
  const place = { at: receivedAt, isTest, source_id: sourceId, line, state: state ?? '' };
  const reached = newStages(lead.stages, count.before);
  const stages: Partial<Record<Stage, number>> = Object.fromEntries(reached.map((stage) => [stage, 1]));
  const bucket = durationBucket(count.now.getTime() - receivedAt.getTime());
  const steps = speedSteps.filter((step) => reached.includes(step));
  return deltaWrites(
    deltasOf(funnel, reached.length > 0 ? [{ ...place, add: stages }] : []),
    deltasOf(
      speedToLead,
      steps.map((step) => ({ ...place, step, bucket, add: { leads: 1 } })),
    ),
    deltasOf(money, count.money ? [{ ...place, add: count.money }] : []),
  );
}
