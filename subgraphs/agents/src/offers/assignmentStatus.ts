/**
 * What an agent makes of a lead it bought (domain reference, "agents", Assignment):
 *
 *     NEW → ATTEMPTED → CONTACTED → QUOTED → APPLIED → BOUND
 *     any open one → LOST (with a reason) | RETURNED
 *
 * One step at a time, so that the funnel's counts add up; no step is taken back. BOUND, LOST and RETURNED are final.
 */
export const assignmentStatuses = [
  'NEW',
  'ATTEMPTED',
  'CONTACTED',
  'QUOTED',
  'APPLIED',
  'BOUND',
  'LOST',
  'RETURNED',
] as const;
export type AssignmentStatus = (typeof assignmentStatuses)[number];

const steps: readonly AssignmentStatus[] = ['NEW', 'ATTEMPTED', 'CONTACTED', 'QUOTED', 'APPLIED', 'BOUND'];

/** Whether an assignment may go from one status to another. */
export function canProgress(from: AssignmentStatus, to: AssignmentStatus): boolean {
  if (isClosed(from)) return false;
  return to === 'LOST' || to === 'RETURNED' || steps.indexOf(to) === steps.indexOf(from) + 1;
}

/** Whether nothing more can happen to it. */
export function isClosed(status: AssignmentStatus): boolean {
  return status === 'BOUND' || status === 'LOST' || status === 'RETURNED';
}
