import { DomainError, type Identity, requireKind } from '@leadgraph/kit';
import type { Quote } from '../store/quote.js';
import type { PaymentsContext } from './paymentsContext.js';

/**
 * Whether the caller may see a quote. Prices are for those who run the platform and those who buy, but for what the winner of an auction bid: that is for nobody else who buys. A partner sees the formula's price of the leads that it sent.
 */
export async function seesQuote(
  { leadId, offerId }: Pick<Quote, 'leadId' | 'offerId'>,
  { identity, loaders }: PaymentsContext,
): Promise<boolean> {
  switch (identity.kind) {
    case 'OPERATOR':
    case 'FRONTEND':
      return true;
    case 'AGENT':
      return offerId === null || (await loaders.holdOfOffer.load(offerId))?.agentId === identity.sub;
    case 'PARTNER':
      return offerId === null && (await loaders.leads.load(leadId))?.partner === identity.sub;
    default:
      return false;
  }
}

/** Whether the caller may know of this agent's money: the agent itself, operators, frontends. */
export function canSeeMoneyOf(identity: Identity, agentId: string): boolean {
  if (identity.kind === 'AGENT') return identity.sub === agentId;
  return identity.kind === 'OPERATOR' || identity.kind === 'FRONTEND';
}

/** Passes for the agent whose wallet it is, operators and frontends; FORBIDDEN otherwise, whether there is such a wallet or not. */
export function requireWalletReader(identity: Identity, agentId: string): void {
  if (canSeeMoneyOf(identity, agentId)) return;
  requireKind(identity, 'OPERATOR', 'FRONTEND', 'AGENT');
  throw new DomainError('FORBIDDEN', 'This is another agent’s wallet; you can read your own.');
}

/** The journal is for the agent itself and for operators. */
export function requireJournalReader(identity: Identity, agentId: string): void {
  if (identity.kind === 'AGENT' && identity.sub === agentId) return;
  requireKind(identity, 'OPERATOR');
}
