import { createSubgraphSchema, type SubgraphSchema } from '@leadgraph/kit';
import { ChargeResolver } from './graphql/chargeResolver.js';
import { HealthResolver } from './graphql/healthResolver.js';
import { HoldResolver, OfferMoneyResolver } from './graphql/holdResolver.js';
import {
  JournalEntryResolver,
  LedgerResolver,
  WalletEntriesResolver,
  WalletEntryResolver,
} from './graphql/ledgerResolver.js';
import type { PaymentsContext } from './graphql/paymentsContext.js';
import { LeadQuotesResolver, QuoteResolver, visibleQuote } from './graphql/quoteResolver.js';
import { canSeeMoneyOf } from './graphql/visibility.js';
import { WalletEventsResolver } from './graphql/walletEvents.js';
import { WalletMutations } from './graphql/walletMutations.js';
import { AgentWalletResolver, referencedWallet, WalletResolver } from './graphql/walletResolver.js';

/** The subgraph's schema; needs no store and no configuration. */
export function buildPaymentsSchema(): Promise<SubgraphSchema> {
  return createSubgraphSchema<PaymentsContext>({
    resolvers: [
      HealthResolver,
      QuoteResolver,
      LeadQuotesResolver,
      WalletResolver,
      AgentWalletResolver,
      WalletEventsResolver,
      WalletMutations,
      HoldResolver,
      OfferMoneyResolver,
      ChargeResolver,
      LedgerResolver,
      JournalEntryResolver,
      WalletEntriesResolver,
      WalletEntryResolver,
    ],
    references: {
      Lead: ({ id }) => ({ id }),
      Agent: ({ id }) => ({ id }),
      Offer: ({ id }) => ({ id }),
      Quote: ({ id }, context) => visibleQuote(id, context),
      Wallet: ({ id }, context) => referencedWallet(id, context),
      Hold: async ({ id }, context) => {
        const hold = await context.loaders.holds.load(id);
        return hold && canSeeMoneyOf(context.identity, hold.agentId) ? hold : null;
      },
      Charge: async ({ id }, context) => {
        const charge = await context.loaders.charges.load(id);
        return charge && canSeeMoneyOf(context.identity, charge.agentId) ? charge : null;
      },
    },
  });
}
