import { emitAll, uuidv7 } from '@leadgraph/kit';
import type { EventPayload } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { continueRouting } from '../routing/continueRouting.js';
import { insertAssignment, queueNotification } from '../store/assignmentStore.js';
import { giveBackPlace } from '../store/routingStore.js';
import { LeadCase } from './leadCase.js';

/** The lead is paid for and its contact visible: the agent gets it as an assignment, and a message. Once per offer. */
export async function settleOffer(
  tx: EntityManager,
  sold: EventPayload<'leads.lead.sold'>,
  rules: AgentsRules,
): Promise<void> {
  const leadCase = await LeadCase.open(tx, sold.leadId, rules);
  const offer = leadCase.offer(sold.offerId);
  if (offer?.status !== 'ACCEPTED' || offer.settlement === 'SETTLED') return;
  leadCase.touch(offer);
  offer.settlement = 'SETTLED';
  offer.resendAt = null;
  leadCase.count(offer, { sold: 1, spend_cents: offer.priceCents });
  leadCase.announceOffer('agents.offer.settled', offer, {});
  await leadCase.save();

  const { leadId, agentId, id: offerId } = offer;
  const { now, routing } = leadCase;
  const assignmentId = uuidv7();
  const notificationId = uuidv7();
  const message = { channel: 'EMAIL', template: 'lead-sold' } as const;
  await insertAssignment(tx, { id: assignmentId, offerId, leadId, agentId, at: now });
  await queueNotification(tx, { id: notificationId, ...message, agentId, offerId, at: now });
  const agent = { __typename: 'Agent', key: agentId, version: now.getTime() };
  const envelope = { partitionKey: agentId, orderKey: leadId, occurredAt: now };
  await emitAll(tx, [
    {
      ...envelope,
      type: 'agents.assignment.created',
      entities: [
        { __typename: 'Assignment', key: assignmentId, version: 1 },
        { __typename: 'Offer', key: offerId, version: offer.version },
        { __typename: 'Lead', key: leadId, version: routing.version },
        agent,
      ],
      payload: { assignmentId, offerId, leadId, agentId },
    },
    {
      ...envelope,
      type: 'agents.notification.queued',
      entities: [{ __typename: 'Notification', key: notificationId, version: 1 }, agent],
      payload: { notificationId, agentId, ...message },
    },
  ]);
}

/** The money could not be taken: the place is given back and routing goes on. */
export async function captureFailed(
  tx: EntityManager,
  failed: EventPayload<'payments.charge.failed'>,
  rules: AgentsRules,
): Promise<void> {
  const leadCase = await LeadCase.open(tx, failed.leadId, rules);
  const offer = leadCase.offer(failed.offerId);
  if (offer?.status !== 'ACCEPTED' || offer.settlement === 'SETTLED') return;
  leadCase.cancel(offer, 'CAPTURE_FAILED');
  offer.settlement = 'FAILED';
  offer.refusal = failed.reason;
  await giveBackPlace(tx, offer.leadId);
  leadCase.routing.acceptedCount -= 1;
  await continueRouting(leadCase);
  await leadCase.save();
}
