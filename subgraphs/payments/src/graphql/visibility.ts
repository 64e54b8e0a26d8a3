import { DomainError, type Identity, requireKind } from '@leadgraph/kit';

/** Prices are for those who buy and those who run the platform; a partner is paid by another price. */
export function requirePriceReader(identity: Identity): void {
  requireKind(identity, 'OPERATOR', 'FRONTEND', 'AGENT');
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
