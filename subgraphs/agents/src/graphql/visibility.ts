import type { Identity } from '@leadgraph/kit';
import { type OfferStatus, offerStatuses } from '../offers/offerStatus.js';
import type { Offer } from '../store/offer.js';

/** Operators and frontends see the whole market; an agent sees itself. */
export function seesMarket(identity: Identity): boolean {
  return identity.kind === 'OPERATOR' || identity.kind === 'FRONTEND';
}

/** Whether the caller may see what belongs to this agent alone: its offers, campaigns, licences, contact. */
export function seesAgent(identity: Identity, agentId: string): boolean {
  return seesMarket(identity) || (identity.kind === 'AGENT' && identity.sub === agentId);
}

/** Whether the caller may know of an offer: an agent of its own once it is out. One that waits for its money may still go to somebody else. */
export function seesOffer(identity: Identity, { agentId, status }: Pick<Offer, 'agentId' | 'status'>): boolean {
  return seesAgent(identity, agentId) && (seesMarket(identity) || status !== 'RESERVED');
}

/** Of the statuses asked for (null: of all) those in which the caller sees offers; null when that is every one. */
export function seenStatuses(identity: Identity, asked: readonly OfferStatus[] | null): OfferStatus[] | null {
  if (seesMarket(identity)) return asked && [...asked];
  return (asked ?? offerStatuses).filter((status) => status !== 'RESERVED');
}
