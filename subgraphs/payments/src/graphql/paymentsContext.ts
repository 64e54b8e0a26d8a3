import { createListLoader, createLoader, type RequestContext } from '@leadgraph/kit';
import type { PaymentsRules } from '../paymentsRules.js';
import { findCharges, findChargesOfOffers } from '../store/chargeStore.js';
import { findHolds, findHoldsOfOffers } from '../store/holdStore.js';
import { findEntries } from '../store/journalStore.js';
import { findLeads } from '../store/leadProjection.js';
import { findQuotes, findQuotesOfLeads } from '../store/quoteStore.js';
import { findWallets } from '../store/walletStore.js';
import { WalletEntryPages } from './walletEntryPages.js';

/** What a resolver of payments gets: the kit's context, the rules, and data loaders that live as long as the request. */
export interface PaymentsContext extends RequestContext {
  readonly rules: PaymentsRules;
  readonly loaders: ReturnType<typeof createLoaders>;
}

export function createPaymentsContext(base: RequestContext, rules: PaymentsRules): PaymentsContext {
  return { ...base, rules, loaders: createLoaders(base) };
}

function createLoaders({ db }: RequestContext) {
  const { manager } = db;
  return {
    quotes: createLoader(
      (ids: readonly string[]) => findQuotes(manager, ids),
      (quote) => quote.id,
    ),
    leads: createLoader(
      (ids: readonly string[]) => findLeads(manager, ids),
      (lead) => lead.leadId,
    ),
    quotesOfLead: createListLoader(
      (ids: readonly string[]) => findQuotesOfLeads(manager, ids),
      (quote) => quote.leadId,
    ),
    wallets: createLoader(
      (ids: readonly string[]) => findWallets(manager, ids),
      (wallet) => wallet.id,
    ),
    entries: createLoader(
      (ids: readonly string[]) => findEntries(manager, ids),
      (entry) => entry.id,
    ),
    walletEntries: new WalletEntryPages(manager),
    holds: createLoader(
      (ids: readonly string[]) => findHolds(manager, ids),
      (hold) => hold.id,
    ),
    holdOfOffer: createLoader(
      (ids: readonly string[]) => findHoldsOfOffers(manager, ids),
      (hold) => hold.offerId,
    ),
    charges: createLoader(
      (ids: readonly string[]) => findCharges(manager, ids),
      (charge) => charge.id,
    ),
    chargeOfOffer: createLoader(
      (ids: readonly string[]) => findChargesOfOffers(manager, ids),
      (charge) => charge.offerId,
    ),
  };
}
