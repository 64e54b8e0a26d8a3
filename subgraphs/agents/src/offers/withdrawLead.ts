import type { EntityManager } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { projectWithdrawal } from '../store/projectionStore.js';
import { LeadCase } from './leadCase.js';

/**
 * The person revoked the consent: what is out for the lead is taken back and nothing is offered again. An accepted offer stays as it is; its capture
 * is under way, and leads decides what becomes of it.
 */
export async function withdrawLead(
  tx: EntityManager,
  lead: { leadId: string; version: number },
  rules: AgentsRules,
): Promise<void> {
  const leadCase = await LeadCase.open(tx, lead.leadId, rules);
  await projectWithdrawal(tx, lead.leadId, lead.version);
  for (const offer of leadCase.waiting()) leadCase.cancel(offer, 'WITHDRAWN');
  const { routing } = leadCase;
  routing.state = 'WITHDRAWN';
  routing.retryAt = null;
  routing.resendAt = null;
  await leadCase.save();
}
