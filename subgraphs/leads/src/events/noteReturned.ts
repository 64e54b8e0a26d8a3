import { writeTogether } from '@leadgraph/kit';
import type { EventMessage } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { leadCounts } from '../reports/leadCounts.js';
import { markReturned } from '../store/buyerStore.js';
import { findLead } from './findLead.js';

/**
 * An agent's assignment became RETURNED: it gives back what it bought. Only the reports know of it here; the lead's own status follows when the money is given back.
 */
export async function noteReturned(
  tools: LeadsTools,
  tx: EntityManager,
  { payload }: EventMessage<'agents.assignment.changed'>,
): Promise<void> {
  if (payload.status !== 'RETURNED') return;
  const lead = await findLead(tx, payload.leadId);
  const now = tools.clock.now();
  const { sales, cents } = await markReturned(tx, { leadId: lead.id, agentId: payload.agentId, at: now });
  if (sales === 0) return;
  const money = { returned_sales: sales, returned_cents: cents };
  await writeTogether(tx, leadCounts(lead, { before: lead.stages, now, money }));
}
