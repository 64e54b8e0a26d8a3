import { type ConsumerDefinition, defineConsumer } from '@leadgraph/kit';
import type { AgentsRules } from '../agentsRules.js';
import { holdReleased, offerHeld, offerRefused } from '../offers/answerHold.js';
import { LeadCase } from '../offers/leadCase.js';
import { captureFailed } from '../offers/settleOffer.js';
import { continueRouting } from '../routing/continueRouting.js';
import { projectQuote, projectWallet } from '../store/projectionStore.js';
import { versionOf } from './versionOf.js';

/** Quotes let a lead be routed, holds let its offers go out, and what goes wrong with the money lets routing go on. */
export function paymentsConsumer(rules: AgentsRules): ConsumerDefinition {
  return defineConsumer({
    from: 'payments',
    handlers: {
      async 'payments.quote.created'(tx, { payload }) {
        // The lock comes first: the lead may be arriving at this very moment, and whichever is second has to see the other.
        const leadCase = await LeadCase.open(tx, payload.leadId, rules);
        await projectQuote(tx, payload);
        if (leadCase.routing.state !== 'WAITING_QUOTES') return;
        await continueRouting(leadCase);
        await leadCase.save();
      },

      'payments.wallet.changed': (tx, message) =>
        projectWallet(tx, { ...message.payload, version: versionOf(message, 'Wallet') }),

      'payments.hold.held': (tx, { payload }) => offerHeld(tx, payload, rules),
      'payments.hold.refused': (tx, { payload }) => offerRefused(tx, payload, rules),
      'payments.hold.released': (tx, { payload }) => holdReleased(tx, payload, rules),
      'payments.charge.failed': (tx, { payload }) => captureFailed(tx, payload, rules),
    },
  });
}
