import { Cost, connectionOf, notFound, OnlyFor, type Page, PageArgs, PageSize } from '@leadgraph/kit';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Charge } from '../store/charge.js';
import { readTrialBalance } from '../store/trialBalance.js';
import { Wallet } from '../store/wallet.js';
import { requireId } from './inputChecks.js';
import { JournalEntry, TrialBalance, WalletEntry } from './ledgerTypes.js';
import type { PaymentsContext } from './paymentsContext.js';
import { requireJournalReader } from './visibility.js';

const WalletEntryConnection = connectionOf('WalletEntry', WalletEntry);

@Resolver()
export class LedgerResolver {
  @OnlyFor('OPERATOR')
  @Cost(100)
  @Query(() => TrialBalance, { nullable: true, description: 'For operators.' })
  async trialBalance(@Ctx() context: PaymentsContext): Promise<TrialBalance> {
    const balance = await readTrialBalance(context.db.manager);
    const sumCents = balance.accounts.reduce((sum, account) => sum + account.sumCents, 0);
    return { ...balance, sumCents, balanced: sumCents === 0 && balance.differingWallets === 0 };
  }

  @OnlyFor('OPERATOR')
  @Query(() => JournalEntry, { nullable: true, description: 'For operators.' })
  async journalEntry(@Arg('id', () => ID) id: string, @Ctx() context: PaymentsContext): Promise<JournalEntry> {
    const entry = await context.loaders.entries.load(requireId(id, 'id'));
    if (!entry) throw notFound('JournalEntry', id);
    const postings = entry.postings.map((posting) => ({
      ...posting,
      agent: posting.agentId === null ? null : { id: posting.agentId },
    }));
    return { ...entry, postings };
  }
}

@Resolver(() => JournalEntry)
export class JournalEntryResolver {
  @FieldResolver(() => Charge, { nullable: true })
  charge(@Root() entry: JournalEntry, @Ctx() context: PaymentsContext): Promise<Charge | null> | null {
    return entry.chargeId === null ? null : context.loaders.charges.load(entry.chargeId);
  }
}

@Resolver(() => WalletEntry)
export class WalletEntryResolver {
  @FieldResolver(() => Charge, { nullable: true })
  charge(@Root() entry: WalletEntry, @Ctx() context: PaymentsContext): Promise<Charge | null> | null {
    return entry.chargeId === null ? null : context.loaders.charges.load(entry.chargeId);
  }
}

@Resolver(() => Wallet)
export class WalletEntriesResolver {
  @OnlyFor('OPERATOR', 'AGENT')
  @PageSize()
  @FieldResolver(() => WalletEntryConnection, {
    nullable: true,
    description: 'The journal of this wallet, the newest first. For the agent itself and operators.',
  })
  async entries(
    @Root() wallet: Wallet,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() context: PaymentsContext,
  ): Promise<Page<WalletEntry>> {
    requireJournalReader(context.identity, wallet.id);
    return context.loaders.walletEntries.read(wallet.id, page);
  }
}
