import { defineConsumer } from '@leadgraph/kit';
import type { EventMessage } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { changeLead, type LeadAnnouncement } from '../lifecycle/changeLead.js';
import { canBecome, type LeadStatus } from '../lifecycle/leadStatus.js';
import type { LeadRow } from '../store/leadTable.js';
import { findLead } from './findLead.js';
import { noteBound } from './noteBound.js';
import { noteReturned } from './noteReturned.js';

/** The lead is with agents: what it says about the routing sets the status. SOLD stays SOLD, whatever becomes of further places. */
const withAgents: readonly LeadStatus[] = ['QUALIFIED', 'ROUTING', 'OFFERED', 'QUEUED', 'UNSOLD', 'RETURNED'];

interface Step {
  to: 'ROUTING' | 'OFFERED' | 'QUEUED' | 'UNSOLD';
  reason: string | null;
  retryAt?: Date | null;
  data?: Record<string, unknown>;
  announce: (lead: LeadRow) => LeadAnnouncement;
}

/** What leads does on the events of agents: it follows the routing. */
export function routingConsumer(tools: LeadsTools) {
  return defineConsumer({
    from: 'agents',
    handlers: {
      'agents.routing.started': (tx, message) => {
        const reason = `round ${message.payload.round}`;
        return follow(tools, tx, message, {
          to: 'ROUTING',
          reason,
          announce: ({ id }) => ({ type: 'leads.lead.routing', payload: { leadId: id, reason } }),
        });
      },
      'agents.offer.offered': (tx, message) =>
        follow(tools, tx, message, {
          to: 'OFFERED',
          reason: null,
          data: { offerId: message.payload.offerId, agentId: message.payload.agentId },
          announce: ({ id }) => ({ type: 'leads.lead.offered', payload: { leadId: id, reason: null } }),
        }),
      'agents.routing.completed': (tx, message) => follow(tools, tx, message, outcome(message)),
      async 'agents.assignment.changed'(tx, message) {
        await noteBound(tools, tx, message);
        await noteReturned(tools, tx, message);
      },
    },
  });
}

function outcome({ payload }: EventMessage<'agents.routing.completed'>): Step {
  const { retryAt, reasons } = payload;
  const reason = Object.keys(reasons).join(', ') || null;
  if (payload.outcome === 'UNSOLD') {
    return {
      to: 'UNSOLD',
      reason,
      data: { reasons },
      announce: ({ id }) => ({ type: 'leads.lead.unsold', payload: { leadId: id, reason } }),
    };
  }
  return {
    to: 'QUEUED',
    reason,
    retryAt: retryAt === null ? null : new Date(retryAt),
    data: { reasons, retryAt },
    announce: ({ id }) => ({ type: 'leads.lead.queued', payload: { leadId: id, reason, retryAt } }),
  };
}

/**
 * Takes a step of the routing, unless the lead is not with agents any more, is there already, or has heard of something later: messages of one
 * lead with different order keys may overtake one another, and only the time at which they occurred tells which state is the newer one.
 */
async function follow(
  tools: LeadsTools,
  tx: EntityManager,
  message: EventMessage<'agents.routing.started' | 'agents.offer.offered' | 'agents.routing.completed'>,
  step: Step,
): Promise<void> {
  const lead = await findLead(tx, message.payload.leadId);
  const occurredAt = new Date(message.occurredAt);
  if (!withAgents.includes(lead.status)) return;
  if (lead.routingHeardAt !== null && occurredAt < lead.routingHeardAt) return;
  if (lead.status === step.to || !canBecome(lead.status, step.to)) return;
  const { to, reason, data, announce, retryAt = null } = step;
  await changeLead(tools, tx, lead, {
    to,
    reason,
    set: { retryAt, routingHeardAt: occurredAt },
    ...(data && { data }),
    announce,
  });
}
