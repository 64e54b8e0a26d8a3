import type { RunLead } from './runState.ts';

/** Statuses in which a lead rests: nothing happens any more without a person or a later time. */
const resting = new Set([
  'REJECTED',
  'DUPLICATE',
  'NEEDS_REVIEW',
  'DISQUALIFIED',
  'SOLD',
  'UNSOLD',
  'EXPIRED',
  'WITHDRAWN',
  'ERASED',
  'RETURNED',
]);

/** Routing that goes on by itself: also that of a lead which is SOLD and has places left. */
const routingGoesOn = new Set(['WAITING_QUOTES', 'OFFERING']);

/**
 * Whether all that the platform does by itself for a lead is done: it rests, or is QUEUED until a known time, routing has ended, nothing
 * is out to agents, every accepted offer is settled, and no money is set aside for it.
 */
export function isSettled(lead: RunLead): boolean {
  const rests = resting.has(lead.status) || (lead.status === 'QUEUED' && lead.retryAt !== null);
  return rests && !routingGoesOn.has(lead.routing?.state ?? '') && lead.offers.every(isOfferSettled);
}

function isOfferSettled({ status, settlement, hold }: RunLead['offers'][number]): boolean {
  if (status === 'RESERVED' || status === 'OFFERED') return false;
  if (status === 'ACCEPTED' && settlement === 'PENDING') return false;
  return hold?.status !== 'HELD';
}
