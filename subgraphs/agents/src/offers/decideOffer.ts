import { DomainError, inTransaction, isUuid, noteChanged, withIdempotency } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { continueRouting } from '../routing/continueRouting.js';
import { Offer } from '../store/offer.js';
import { LeadCase } from './leadCase.js';
import { takeOffer } from './takeOffer.js';

export interface Decision {
  readonly offerId: string;
  readonly agentId: string;
  readonly idempotencyKey?: string | null;
}

/**
 * Accepts an offer for its agent. Accepting again answers the same. Errors: OFFER_NOT_FOUND, OFFER_EXPIRED (also when the sweeper has not
 * been there yet), OFFER_TAKEN, OFFER_NOT_OPEN, IDEMPOTENCY_KEY_REUSED.
 */
export async function acceptOffer(db: DataSource, decision: Decision, rules: AgentsRules): Promise<Offer> {
  return decide(db, 'acceptOffer', { ...decision, body: {} }, rules, async (leadCase, offer) => {
    if (offer.status === 'ACCEPTED') return;
    requireOpen(offer, leadCase.now);
    if (!(await takeOffer(leadCase, offer))) throw taken();
  });
}

/** Rejects an offer for its agent; the lead goes to the next one. Rejecting again answers the same. Errors as for `acceptOffer`. */
export async function rejectOffer(
  db: DataSource,
  decision: Decision & { reason: string | null },
  rules: AgentsRules,
): Promise<Offer> {
  const body = { reason: decision.reason };
  return decide(db, 'rejectOffer', { ...decision, body }, rules, async (leadCase, offer) => {
    if (offer.status === 'REJECTED') return;
    requireOpen(offer, leadCase.now);
    leadCase.move(offer, 'REJECTED');
    offer.rejectReason = decision.reason;
    leadCase.announceOffer('agents.offer.rejected', offer, { reason: decision.reason });
    await continueRouting(leadCase);
  });
}

async function decide(
  db: DataSource,
  operation: string,
  decision: Decision & { body: object },
  rules: AgentsRules,
  act: (leadCase: LeadCase, offer: Offer) => Promise<void>,
): Promise<Offer> {
  const { offerId, agentId, idempotencyKey, body } = decision;
  return inTransaction(db, async (tx) => {
    const work = async () => {
      const leadCase = await openOwn(tx, decision, rules);
      const offer = leadCase.offer(offerId);
      if (!offer) throw offerNotFound(offerId);
      const before = offer.version;
      await act(leadCase, offer);
      if (offer.version !== before) await leadCase.save();
      else noteChanged(tx, leadCase.entitiesOf(offer));
      return offer;
    };
    if (idempotencyKey == null) return work();
    const call = { operation, caller: `AGENT:${agentId}`, key: idempotencyKey, body: { offerId, ...body } };
    await withIdempotency(tx, call, async () => (await work()).id);
    return tx.getRepository(Offer).findOneByOrFail({ id: offerId });
  });
}

/** Whose offer it is never changes, so it is looked at before the lead is locked. */
async function openOwn(tx: EntityManager, { offerId, agentId }: Decision, rules: AgentsRules): Promise<LeadCase> {
  const offer = isUuid(offerId) ? await tx.getRepository(Offer).findOneBy({ id: offerId, agentId }) : null;
  if (!offer) throw offerNotFound(offerId);
  return LeadCase.open(tx, offer.leadId, rules);
}

/** Passes for an offer that can be decided now. */
function requireOpen(offer: Offer, now: Date): void {
  if (offer.status === 'OFFERED' && offer.expiresAt !== null && offer.expiresAt > now) return;
  if (offer.status === 'OFFERED' || offer.status === 'EXPIRED') {
    throw new DomainError(
      'OFFER_EXPIRED',
      'The time to decide on this offer is over. The lead goes to another agent; watch for your next offer.',
      { details: { expiresAt: offer.expiresAt?.toISOString() ?? null } },
    );
  }
  if (offer.cancelReason === 'TAKEN') throw taken();
  throw new DomainError(
    'OFFER_NOT_OPEN',
    `This offer cannot be decided: it is ${offer.status}. Only an OFFERED one can be accepted or rejected.`,
    { details: { status: offer.status, cancelReason: offer.cancelReason } },
  );
}

function taken(): DomainError {
  return new DomainError(
    'OFFER_TAKEN',
    'Other agents took this lead first. You pay nothing; watch for your next offer.',
  );
}

/** The one answer for an offer that is not there and one that is somebody else's. */
export function offerNotFound(offerId: string): DomainError {
  return new DomainError(
    'OFFER_NOT_FOUND',
    `You have no offer with the id "${offerId}". List your offers with the query "offers".`,
    { details: { typename: 'Offer', id: offerId } },
  );
}
