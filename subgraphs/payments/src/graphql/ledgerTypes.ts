import { CachedWithin, DateTime, ListSize, OnlyFor, SafeInt } from '@leadgraph/kit';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AccountKind as AccountKindValue } from '../ledger/accounts.js';
import type { EntryKind } from '../ledger/journal.js';
import type { BookedEntry, PostingOfAccount } from '../store/journalStore.js';
import type { WalletEntryRow } from '../store/walletEntries.js';
import { AccountKind, JournalEntryKind } from './enums.js';
import { Agent } from './stubs.js';

@OnlyFor('OPERATOR', 'AGENT')
@CachedWithin()
@ObjectType({ description: 'What an entry of the journal did to one wallet.' })
export class WalletEntry implements WalletEntryRow {
  walletId: string;
  chargeId: string | null;

  @Field(() => ID, { description: 'The id of the journal’s entry.' })
  id: string;

  @Field(() => JournalEntryKind)
  kind: EntryKind;

  @Field(() => String)
  description: string;

  @Field(() => SafeInt, { description: 'Below zero: it was paid from the wallet.' })
  amountCents: number;

  @Field(() => DateTime)
  bookedAt: Date;
}

@OnlyFor('OPERATOR')
@ObjectType({ description: 'A debit or credit of one account.' })
export class Posting implements PostingOfAccount {
  accountId: string;
  agentId: string | null;

  @Field(() => AccountKind)
  accountKind: AccountKindValue;

  @Field(() => SafeInt, { description: 'A debit is positive, a credit negative; an entry’s postings add up to zero.' })
  amountCents: number;

  @Field(() => Agent, { nullable: true, description: 'Whose wallet it is.' })
  agent?: Agent | null;
}

@OnlyFor('OPERATOR')
@ObjectType({ description: 'An entry of the journal. It is never changed or removed; what was wrong is reversed.' })
export class JournalEntry implements Omit<BookedEntry, 'postings'> {
  chargeId: string | null;

  @Field(() => ID)
  id: string;

  @Field(() => JournalEntryKind)
  kind: EntryKind;

  @Field(() => String)
  description: string;

  @Field(() => DateTime)
  bookedAt: Date;

  @Field(() => String, { description: 'The kind of who caused it, e.g. OPERATOR, or SYSTEM.' })
  actorKind: string;

  @Field(() => String)
  actorSub: string;

  @Field(() => ID, { nullable: true, description: 'The entry that this one takes back.' })
  reversesEntryId: string | null;

  @Field(() => ID, { nullable: true, description: 'The entry that took this one back.' })
  reversedByEntryId: string | null;

  @ListSize(4)
  @Field(() => [Posting])
  postings: Posting[];
}

@OnlyFor('OPERATOR')
@ObjectType({ description: 'The total of the accounts of one kind.' })
export class AccountTotal {
  @Field(() => AccountKind)
  kind: AccountKindValue;

  @Field(() => SafeInt, { description: 'Debits less credits.' })
  sumCents: number;

  @Field(() => Int)
  postings: number;
}

@OnlyFor('OPERATOR')
@ObjectType({ description: 'The whole ledger as of one instant.' })
export class TrialBalance {
  @Field(() => SafeInt, { description: 'The sum of all postings. Anything but zero is a fault.' })
  sumCents: number;

  @Field(() => Boolean, { description: 'The sum is zero and every wallet’s balance is what was posted to it.' })
  balanced: boolean;

  @ListSize(4)
  @Field(() => [AccountTotal])
  accounts: AccountTotal[];

  @Field(() => SafeInt, { description: 'The sum of the wallets’ balances: the WALLET accounts’ total, negated.' })
  walletBalanceCents: number;

  @Field(() => Int, { description: 'Wallets whose balance is not what was posted to them.' })
  differingWallets: number;
}
