import { type ConsumerDefinition, defineConsumer } from '@leadgraph/kit';
import { captureHold } from '../holds/captureHold.js';
import { releaseHold } from '../holds/releaseHold.js';
import { reserveHold } from '../holds/reserveHold.js';
import type { PaymentsRules } from '../paymentsRules.js';
import { ensureQuotes } from '../quotes/issueQuotes.js';
import { lockLead } from '../store/leadProjection.js';
import { openWallet } from '../wallets/openWallet.js';

/** A new agent gets a wallet; an offer's way moves the money behind it. */
export function agentsConsumer(rules: PaymentsRules): ConsumerDefinition {
  return defineConsumer({
    from: 'agents',
    handlers: {
      'agents.agent.registered': (tx, { payload }) => openWallet(tx, payload.agentId, rules),

      async 'agents.quote.requested'(tx, { payload }) {
        // A lead that is not here yet gets its quotes when it arrives.
        const lead = await lockLead(tx, payload.leadId);
        if (lead) await ensureQuotes(tx, lead, rules);
      },

      'agents.offer.reserved': (tx, { payload, occurredAt }) => reserveHold(tx, payload, new Date(occurredAt), rules),
      'agents.offer.accepted': (tx, { payload }) => captureHold(tx, payload, rules),
      'agents.offer.rejected': (tx, { payload }) => releaseHold(tx, payload, 'REJECTED', rules),
      'agents.offer.expired': (tx, { payload }) => releaseHold(tx, payload, 'EXPIRED', rules),
      'agents.offer.cancelled': (tx, { payload }) => releaseHold(tx, payload, 'CANCELLED', rules),
    },
  });
}
