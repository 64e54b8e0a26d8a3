import { defineConsumer } from '@leadgraph/kit';
import type { EventMessage, EventPayload } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import { readFacts } from '../facts/readFacts.js';
import type { LeadsTools } from '../leadsTools.js';
import { changeLead } from '../lifecycle/changeLead.js';
import type { LeadStatus } from '../lifecycle/leadStatus.js';
import type { LeadRow } from '../store/leadTable.js';
import { countDecision } from '../store/sourceStore.js';
import { findLead } from './findLead.js';

/** Waiting for ai; only here its decision sets the status. */
const undecided: readonly LeadStatus[] = ['VALIDATED', 'QUALIFYING'];
/** Statuses in which a score says nothing any more. */
const withoutScore: readonly LeadStatus[] = ['RECEIVED', 'REJECTED', 'DUPLICATE', 'WITHDRAWN', 'ERASED'];

/** What leads does on the events of ai: the qualification, and scores that come later. */
export function qualificationConsumer(tools: LeadsTools) {
  return defineConsumer({
    from: 'ai',
    handlers: {
      'ai.qualification.started': (tx, message) => started(tools, tx, message),
      'ai.qualification.completed': (tx, message) => completed(tools, tx, message),
    },
  });
}

async function started(
  tools: LeadsTools,
  tx: EntityManager,
  { payload }: EventMessage<'ai.qualification.started'>,
): Promise<void> {
  const lead = await findLead(tx, payload.leadId);
  if (lead.status !== 'VALIDATED') return;
  await changeLead(tools, tx, lead, {
    to: 'QUALIFYING',
    reason: null,
    announce: ({ id }) => ({ type: 'leads.lead.qualifying', payload: { leadId: id, reason: null } }),
  });
}

async function completed(
  tools: LeadsTools,
  tx: EntityManager,
  { payload }: EventMessage<'ai.qualification.completed'>,
): Promise<void> {
  const lead = await findLead(tx, payload.leadId);
  if (undecided.includes(lead.status)) await decide(tools, tx, lead, payload);
  else if (!withoutScore.includes(lead.status)) await rescore(tools, tx, lead, payload);
}

type Qualification = EventPayload<'ai.qualification.completed'>;

async function decide(tools: LeadsTools, tx: EntityManager, lead: LeadRow, answer: Qualification): Promise<void> {
  const { score, tier, decision, engine, reasonCodes, qualificationId } = answer;
  const reason = reasonCodes.join(', ') || null;
  const facts = decision === 'QUALIFIED' ? await readFacts(tools, tx, lead) : null;
  await changeLead(tools, tx, lead, {
    to: decision,
    reason,
    set: { score, tier },
    data: { score, tier, engine, qualificationId },
    announce({ id }) {
      if (facts) return { type: 'leads.lead.qualified', payload: { lead: facts, score, tier } };
      const type = decision === 'NEEDS_REVIEW' ? 'leads.lead.needs_review' : 'leads.lead.disqualified';
      return { type, payload: { leadId: id, reason } };
    },
  });
  // a lead that needs a review is counted when an operator has decided
  if (decision !== 'NEEDS_REVIEW') await countDecision(tx, lead.sourceId, decision === 'QUALIFIED');
}

/** A new score after the decision changes score and tier, never the status (domain reference: Lead status). */
async function rescore(tools: LeadsTools, tx: EntityManager, lead: LeadRow, answer: Qualification): Promise<void> {
  const { score, tier, engine, qualificationId } = answer;
  if (lead.score === score && lead.tier === tier) return;
  await changeLead(tools, tx, lead, {
    type: 'RESCORED',
    reason: null,
    set: { score, tier },
    data: { score, tier, engine, qualificationId },
    announce: ({ id }) => ({ type: 'leads.lead.rescored', payload: { leadId: id, score, tier } }),
  });
}
