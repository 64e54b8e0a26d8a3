import { platformAccounts, walletAccount } from './accounts.js';

export const entryKinds = ['CREDIT', 'CHARGE', 'REVERSAL'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** Where the money of a credit comes from: paid to the platform outside of it, or given by the platform. */
export const fundings = ['BANK_TRANSFER', 'GOODWILL'] as const;
export type Funding = (typeof fundings)[number];

/** A debit (positive) or credit (negative) of one account, in US cents. */
export interface Posting {
  accountId: string;
  amountCents: number;
}

/** An entry that has not been booked yet. Its postings add up to zero. */
export interface JournalDraft {
  kind: EntryKind;
  description: string;
  postings: readonly Posting[];
  /** The charge that a CHARGE books. */
  chargeId?: string;
  /** The entry that a REVERSAL takes back. */
  reverses?: string;
}

/** Thrown when an entry would not keep the ledger's rules: a fault of this code, never of a caller. */
export class UnbalancedEntry extends Error {
  override readonly name = 'UnbalancedEntry';
}

/** Money for a wallet: the platform's cash (or its expense) rises, and so does what it owes the agent. */
export function creditEntry(agentId: string, amountCents: number, funding: Funding, reason: string): JournalDraft {
  const source = funding === 'GOODWILL' ? platformAccounts.ADJUSTMENTS : platformAccounts.PLATFORM_CASH;
  return checked({
    kind: 'CREDIT',
    description: reason,
    postings: transfer(source, walletAccount(agentId), amountCents),
  });
}

/** A lead was sold: what the platform owes the agent falls, its revenue rises. */
export function chargeEntry(charge: {
  chargeId: string;
  agentId: string;
  priceCents: number;
  leadId: string;
}): JournalDraft {
  return checked({
    kind: 'CHARGE',
    description: `Lead ${charge.leadId}`,
    postings: transfer(walletAccount(charge.agentId), platformAccounts.REVENUE, charge.priceCents),
    chargeId: charge.chargeId,
  });
}

/** Takes an entry back: the same postings with the signs turned. Nothing in the ledger is ever changed or removed. */
export function reversalOf(entry: { id: string; postings: readonly Posting[] }, reason: string): JournalDraft {
  return checked({
    kind: 'REVERSAL',
    description: reason,
    postings: entry.postings.map(({ accountId, amountCents }) => ({ accountId, amountCents: -amountCents })),
    reverses: entry.id,
  });
}

/** The sum of postings, in cents. */
export function sumOfPostings(postings: readonly Posting[]): number {
  return postings.reduce((sum, posting) => sum + posting.amountCents, 0);
}

function transfer(debit: string, credit: string, amountCents: number): Posting[] {
  return [
    { accountId: debit, amountCents },
    { accountId: credit, amountCents: -amountCents },
  ];
}

/** The store checks the same (constraint trigger); here the fault is found where it was made. */
function checked(draft: JournalDraft): JournalDraft {
  const { postings } = draft;
  const accounts = new Set(postings.map((posting) => posting.accountId));
  if (postings.length < 2 || accounts.size !== postings.length)
    throw new UnbalancedEntry('an entry has one posting an account, at least two');
  if (!postings.every(({ amountCents }) => Number.isSafeInteger(amountCents) && amountCents !== 0)) {
    throw new UnbalancedEntry('a posting is a whole number of cents and not zero');
  }
  if (sumOfPostings(postings) !== 0) throw new UnbalancedEntry('the postings of an entry add up to zero');
  return draft;
}
