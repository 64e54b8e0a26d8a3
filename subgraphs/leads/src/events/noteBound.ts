import { writeTogether } from '@leadgraph/kit';
import type { EventMessage } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { BOUND_STAGES } from '../lifecycle/stages.js';
import { boundMoney } from '../reports/leadCost.js';
import { leadCounts } from '../reports/leadCounts.js';
import { markBound } from '../store/buyerStore.js';
import { leadUpdate } from '../store/leadStore.js';
import { findLead } from './findLead.js';

/**
 * An agent's assignment became BOUND: the last stage of the funnel. Nothing of the lead that anybody can see changes, so neither its version nor its timeline does.
 * An assignment is made from the sale, so the sale is here.
 */
export async function noteBound(
  tools: LeadsTools,
  tx: EntityManager,
  { payload }: EventMessage<'agents.assignment.changed'>,
): Promise<void> {
  if (payload.status !== 'BOUND') return;
  const lead = await findLead(tx, payload.leadId);
  const now = tools.clock.now();
  if (!(await markBound(tx, { leadId: lead.id, agentId: payload.agentId, at: now }))) return;
  const stages = lead.stages | BOUND_STAGES;
  if (stages === lead.stages) return;
  await writeTogether(tx, [
    leadUpdate(tx, lead.id, { stages }),
    ...leadCounts({ ...lead, stages }, { before: lead.stages, now, money: boundMoney(lead) }),
  ]);
}
