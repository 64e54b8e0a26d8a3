import { createHash } from 'node:crypto';

export type AgentDecision = 'ACCEPT' | 'REJECT' | 'IGNORE';

export interface DecisionShares {
  /** Per cent of the offers that are accepted, and rejected; the rest is left to expire. */
  readonly accept: number;
  readonly reject: number;
}

export const usualShares: DecisionShares = { accept: 72, reject: 16 };

/**
 * What a simulated agent does with an offer. It depends on the lead and the agent alone, so two runs over the same leads decide alike
 * whatever the order or number of tries.
 */
export function agentDecision(externalId: string, npn: string, shares: DecisionShares = usualShares): AgentDecision {
  const dice = createHash('sha256').update(`${externalId}\n${npn}`).digest().readUInt32BE() % 100;
  if (dice < shares.accept) return 'ACCEPT';
  return dice < shares.accept + shares.reject ? 'REJECT' : 'IGNORE';
}
