import type { Identity } from '@leadgraph/kit';
import { actsFor } from '../intake/ownSource.js';
import type { LeadRow } from '../store/leadTable.js';
import { CONTACTS_SCOPE } from './contactsScope.js';
import type { LeadsContext } from './context.js';

/**
 * Whether the caller may know of a lead when asking this subgraph for it: operators and frontends of every lead, a partner of its own, an agent of
 * those it bought.
 */
export async function mayFind(context: LeadsContext, lead: LeadRow): Promise<boolean> {
  const { identity, loaders } = context;
  if (identity.kind === 'AGENT') return (await loaders.buyers.load(lead.id)).some(isBuyer(identity));
  return mayReach(context, lead);
}

/**
 * Whether the caller may know of a lead that another entity points to. An agent may: agents shows it only offers and assignments of its own, and
 * the lead is masked until it has bought it.
 */
export async function mayReach({ identity, loaders }: LeadsContext, lead: LeadRow): Promise<boolean> {
  if (identity.kind === 'OPERATOR' || identity.kind === 'FRONTEND' || identity.kind === 'AGENT') return true;
  const source = await loaders.source.load(lead.sourceId);
  return source !== null && actsFor(identity, source.partner);
}

/**
 * Whether the caller sees the person: an operator with the scope, and the agents who bought the lead. Who was sold a place after the consent was
 * revoked (the money was on its way) does not: there is no consent to call.
 */
export async function seesContact({ identity, loaders }: LeadsContext, lead: LeadRow): Promise<boolean> {
  if (identity.kind === 'OPERATOR') return identity.scopes.includes(CONTACTS_SCOPE);
  if (identity.kind !== 'AGENT' || lead.soldCount === 0) return false;
  const purchase = (await loaders.buyers.load(lead.id)).find(isBuyer(identity));
  if (!purchase) return false;
  return lead.status !== 'WITHDRAWN' || purchase.soldAt < lead.statusChangedAt;
}

function isBuyer(identity: Identity) {
  return ({ agentId }: { agentId: string }) => agentId === identity.sub;
}
