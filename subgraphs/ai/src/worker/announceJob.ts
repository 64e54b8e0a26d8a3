import { emit } from '@leadgraph/kit';
import type { EventPayload } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';

type JobEvent = 'ai.qualification.queued' | 'ai.qualification.started' | 'ai.qualification.failed';

/** Tells what a lead's job has come to, to those who follow the lead's qualification; the order is that of the lead's other events. */
export async function announceJob<T extends JobEvent>(
  tx: EntityManager,
  type: T,
  { id, leadId, version }: { id: string; leadId: string; version: number },
  more: Omit<EventPayload<T>, 'leadId' | 'jobId'>,
): Promise<void> {
  await emit(tx, {
    type,
    // As the job's status is called.
    ...(type === 'ai.qualification.started' && { kind: 'RUNNING' }),
    partitionKey: leadId,
    orderKey: leadId,
    entities: [{ __typename: 'QualificationJob', key: id, version }],
    payload: { leadId, jobId: id, ...more } as unknown as EventPayload<T>,
  });
}
