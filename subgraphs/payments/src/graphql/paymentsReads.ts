import type { SharedReads } from '@leadgraph/kit';
import { findCharges, findChargesOfOffers } from '../store/chargeStore.js';
import { findHolds, findHoldsOfOffers } from '../store/holdStore.js';
import { findEntries } from '../store/journalStore.js';
import { findLeads } from '../store/leadProjection.js';
import { findQuotes, findQuotesOfLeads } from '../store/quoteStore.js';
import { countWalletEntries, findWalletEntries } from '../store/walletEntries.js';
import { findWallets } from '../store/walletStore.js';

/** The keyed reads of payments, which concurrent requests share. */
export function paymentsReads(reads: SharedReads) {
  return {
    quotes: reads.read({ name: 'quotes', load: findQuotes, keyOf: (quote) => quote.id }),
    leads: reads.read({ name: 'leads', load: findLeads, keyOf: (lead) => lead.leadId }),
    quotesOfLead: reads.read({ name: 'quotesOfLead', load: findQuotesOfLeads, keyOf: (quote) => quote.leadId }),
    wallets: reads.read({ name: 'wallets', load: findWallets, keyOf: (wallet) => wallet.id }),
    entries: reads.read({ name: 'entries', load: findEntries, keyOf: (entry) => entry.id }),
    walletEntries: reads.readWith(({ limit, before }: { limit: number; before: string | null }) => ({
      name: 'walletEntries',
      load: (manager, ids) => findWalletEntries(manager, ids, limit, before),
      keyOf: (entry) => entry.walletId,
    })),
    walletEntryTotals: reads.read({
      name: 'walletEntryTotals',
      load: countWalletEntries,
      keyOf: (total) => total.walletId,
    }),
    holds: reads.read({ name: 'holds', load: findHolds, keyOf: (hold) => hold.id }),
    holdOfOffer: reads.read({ name: 'holdOfOffer', load: findHoldsOfOffers, keyOf: (hold) => hold.offerId }),
    charges: reads.read({ name: 'charges', load: findCharges, keyOf: (charge) => charge.id }),
    chargeOfOffer: reads.read({ name: 'chargeOfOffer', load: findChargesOfOffers, keyOf: (charge) => charge.offerId }),
  };
}

export type PaymentsReads = ReturnType<typeof paymentsReads>;
