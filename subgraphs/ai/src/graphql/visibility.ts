import type { Identity } from '@leadgraph/kit';
import type { AiContext } from './aiContext.js';

/**
 * Whether the caller may follow the qualification of a lead: operators and frontends of every lead, a partner of its own. Agents read it as a field of the leads that
 * they are offered; which these are is not known here.
 */
export async function seesQualificationOf(leadId: string, { identity, loaders }: AiContext): Promise<boolean> {
  if (seesEveryLead(identity)) return true;
  if (identity.kind !== 'PARTNER') return false;
  const lead = await loaders.lead.load(leadId);
  return lead?.facts?.partner === identity.sub;
}

function seesEveryLead({ kind }: Identity): boolean {
  return kind === 'OPERATOR' || kind === 'FRONTEND';
}
