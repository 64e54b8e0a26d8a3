import { type ConsumerDefinition, defineConsumer } from '@leadgraph/kit';
import type { EventMessage } from '@leadgraph/schema';
import type { PaymentsRules } from '../paymentsRules.js';
import { pricingFactsOf } from '../pricing/leadFacts.js';
import { ensureQuotes } from '../quotes/issueQuotes.js';
import { lockLead, rescoreLead, saveLead, withdrawLead } from '../store/leadProjection.js';

/** A qualified lead is priced, for both modes; a lead whose tier changed is priced anew; one that was withdrawn no more. */
export function leadsConsumer(rules: PaymentsRules): ConsumerDefinition {
  return defineConsumer({
    from: 'leads',
    handlers: {
      async 'leads.lead.qualified'(tx, message) {
        const { lead, score, tier } = message.payload;
        await saveLead(tx, {
          leadId: lead.leadId,
          line: lead.line,
          facts: pricingFactsOf(lead),
          tier,
          score,
          isTest: lead.isTest,
          receivedAt: new Date(lead.receivedAt),
          partner: lead.partner ?? null,
          leadVersion: versionOf(message),
        });
        const known = await lockLead(tx, lead.leadId);
        if (known) await ensureQuotes(tx, known, rules);
      },

      async 'leads.lead.rescored'(tx, message) {
        const { leadId, score, tier } = message.payload;
        const isPricedAnew = await rescoreLead(tx, { leadId, score, tier, leadVersion: versionOf(message) });
        const lead = isPricedAnew ? await lockLead(tx, leadId) : null;
        if (lead) await ensureQuotes(tx, lead, rules);
      },

      async 'leads.lead.withdrawn'(tx, message) {
        await withdrawLead(tx, message.payload.leadId, versionOf(message));
      },
    },
  });
}

/** The version of the lead that the event names. */
function versionOf({ entities }: EventMessage): number {
  return (entities.find((entity) => entity.__typename === 'Lead') ?? entities[0])?.version ?? 0;
}
