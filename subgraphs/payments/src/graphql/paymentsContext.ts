import { createListLoader, createLoader, type RequestContext } from '@leadgraph/kit';
import type { PaymentsRules } from '../paymentsRules.js';
import type { PaymentsReads } from './paymentsReads.js';
import { WalletEntryPages } from './walletEntryPages.js';

/** What a resolver of payments gets: the kit's context, the rules, and data loaders that live as long as the request. */
export interface PaymentsContext extends RequestContext {
  readonly rules: PaymentsRules;
  readonly loaders: ReturnType<typeof createLoaders>;
}

export function createPaymentsContext(
  base: RequestContext,
  rules: PaymentsRules,
  reads: PaymentsReads,
): PaymentsContext {
  return { ...base, rules, loaders: createLoaders(reads) };
}

function createLoaders(reads: PaymentsReads) {
  return {
    quotes: createLoader(reads.quotes),
    leads: createLoader(reads.leads),
    quotesOfLead: createListLoader(reads.quotesOfLead),
    wallets: createLoader(reads.wallets),
    entries: createLoader(reads.entries),
    walletEntries: new WalletEntryPages(reads),
    holds: createLoader(reads.holds),
    holdOfOffer: createLoader(reads.holdOfOffer),
    charges: createLoader(reads.charges),
    chargeOfOffer: createLoader(reads.chargeOfOffer),
  };
}
