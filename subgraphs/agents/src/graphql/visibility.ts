import type { Identity } from '@leadgraph/kit';

/** Operators and frontends see the whole market; an agent sees itself. */
export function seesMarket(identity: Identity): boolean {
  return identity.kind === 'OPERATOR' || identity.kind === 'FRONTEND';
}

/** Whether the caller may see what belongs to this agent alone: its offers, campaigns, licences, contact. */
export function seesAgent(identity: Identity, agentId: string): boolean {
  return seesMarket(identity) || (identity.kind === 'AGENT' && identity.sub === agentId);
}
