import { type ConsumerDefinition, defineConsumer } from '@leadgraph/kit';
import type { AgentsRules } from '../agentsRules.js';
import { LeadCase } from '../offers/leadCase.js';
import { settleOffer } from '../offers/settleOffer.js';
import { withdrawLead } from '../offers/withdrawLead.js';
import { continueRouting } from '../routing/continueRouting.js';
import { projectLead, projectScore } from '../store/projectionStore.js';
import { versionOf } from './versionOf.js';

/** A qualified lead is routed once its quotes are here, a sold one settles its offer, a withdrawn one loses its offers. */
export function leadsConsumer(rules: AgentsRules): ConsumerDefinition {
  return defineConsumer({
    from: 'leads',
    handlers: {
      async 'leads.lead.qualified'(tx, message) {
        const { lead: facts, score, tier } = message.payload;
        const leadCase = await LeadCase.open(tx, facts.leadId, rules);
        await projectLead(tx, { facts, score, tier, version: versionOf(message, 'Lead') });
        const { routing } = leadCase;
        if (routing.state !== 'WAITING_QUOTES') return;
        routing.maxSales = facts.maxSales;
        routing.isTest = facts.isTest;
        await continueRouting(leadCase);
        await leadCase.save();
      },

      'leads.lead.rescored': (tx, message) =>
        projectScore(tx, { ...message.payload, version: versionOf(message, 'Lead') }),

      'leads.lead.withdrawn': (tx, message) =>
        withdrawLead(tx, { leadId: message.payload.leadId, version: versionOf(message, 'Lead') }, rules),

      'leads.lead.sold': (tx, { payload }) => settleOffer(tx, payload, rules),
    },
  });
}
