import { DomainError, emit, isUuid, noteChanged, writeTogether } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { offerCounts } from '../reports/offerCounts.js';
import { Assignment } from '../store/assignment.js';
import { Offer } from '../store/offer.js';
import { Routing } from '../store/routing.js';
import { type AssignmentStatus, canProgress } from './assignmentStatus.js';

/**
 * Moves an agent's assignment on (assignmentStatus.ts). The same status again answers the same. Errors: ASSIGNMENT_NOT_FOUND,
 * ASSIGNMENT_STEP_INVALID, BAD_USER_INPUT for LOST or RETURNED without a reason.
 */
export async function updateAssignment(
  tx: EntityManager,
  change: { id: string; agentId: string; status: AssignmentStatus; reason: string | null },
  { clock }: AgentsRules,
): Promise<Assignment> {
  const { id, agentId, status, reason } = change;
  const repository = tx.getRepository(Assignment);
  const assignment = isUuid(id)
    ? await repository.findOne({ where: { id, agentId }, lock: { mode: 'pessimistic_write' } })
    : null;
  if (!assignment) {
    throw new DomainError(
      'ASSIGNMENT_NOT_FOUND',
      `You have no assignment with the id "${id}". List yours with "me { assignments }".`,
      { details: { typename: 'Assignment', id } },
    );
  }
  const entities = () => [
    { __typename: 'Assignment', key: id, version: assignment.version },
    { __typename: 'Offer', key: assignment.offerId, version: clock.now().getTime() },
    { __typename: 'Agent', key: agentId, version: clock.now().getTime() },
  ];
  if (assignment.status === status) {
    noteChanged(tx, entities());
    return assignment;
  }
  if (!canProgress(assignment.status, status)) {
    throw new DomainError(
      'ASSIGNMENT_STEP_INVALID',
      `An assignment goes NEW, ATTEMPTED, CONTACTED, QUOTED, APPLIED, BOUND, one step at a time, or to LOST or RETURNED; this one is ${assignment.status}.`,
      { field: 'status', details: { status: assignment.status } },
    );
  }
  if ((status === 'LOST' || status === 'RETURNED') && reason === null) {
    throw new DomainError('BAD_USER_INPUT', `Say why it is ${status}.`, { field: 'reason' });
  }
  const now = clock.now();
  assignment.status = status;
  assignment.reason = reason;
  assignment.version += 1;
  assignment.changedAt = now;
  await repository.save(assignment);
  if (status === 'BOUND') await countBound(tx, assignment);
  await emit(tx, {
    type: 'agents.assignment.changed',
    partitionKey: agentId,
    orderKey: assignment.leadId,
    entities: entities(),
    payload: { assignmentId: id, leadId: assignment.leadId, agentId, status },
    occurredAt: now,
  });
  return assignment;
}

async function countBound(tx: EntityManager, { offerId, leadId }: Assignment): Promise<void> {
  const offer = await tx.findOneByOrFail(Offer, { id: offerId });
  const routing = await tx.findOneByOrFail(Routing, { leadId });
  await writeTogether(tx, offerCounts([{ offer, add: { bound: 1 } }], routing));
}
