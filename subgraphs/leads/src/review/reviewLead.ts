import { DomainError, inTransaction, isUuid, notFound } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { readFacts } from '../facts/readFacts.js';
import type { LeadsTools } from '../leadsTools.js';
import { changeLead } from '../lifecycle/changeLead.js';
import { lockLead } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';
import { countDecision } from '../store/sourceStore.js';

export const reviewDecisions = ['QUALIFIED', 'DISQUALIFIED'] as const;
export type ReviewDecision = (typeof reviewDecisions)[number];

/** An operator decides on a lead that NEEDS_REVIEW. CONFLICT when it is not, or no longer, waiting for a decision. */
export async function reviewLead(
  db: DataSource,
  tools: LeadsTools,
  request: { leadId: string; decision: ReviewDecision; reason: string },
): Promise<LeadRow> {
  const { leadId, decision, reason } = request;
  return inTransaction(db, async (tx) => {
    const lead = isUuid(leadId) ? await lockLead(tx, leadId) : null;
    if (!lead) throw notFound('Lead', leadId);
    if (lead.status !== 'NEEDS_REVIEW' || lead.score === null || lead.tier === null) {
      throw new DomainError('CONFLICT', `This lead is ${lead.status}; only one that NEEDS_REVIEW can be decided.`, {
        field: 'leadId',
        details: { status: lead.status },
      });
    }
    await countDecision(tx, lead.sourceId, decision === 'QUALIFIED');
    if (decision === 'DISQUALIFIED') {
      return changeLead(tools, tx, lead, {
        to: 'DISQUALIFIED',
        reason,
        announce: () => ({ type: 'leads.lead.disqualified', payload: { leadId, reason: 'REVIEWED' } }),
      });
    }
    const { score, tier } = lead;
    const facts = await readFacts(tools, tx, lead);
    return changeLead(tools, tx, lead, {
      to: 'QUALIFIED',
      reason,
      announce: () => ({ type: 'leads.lead.qualified', payload: { lead: facts, score, tier } }),
    });
  });
}
