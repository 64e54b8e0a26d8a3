/**
 * The ledger's accounts. Amounts are signed: a debit is positive, a credit negative, so that the postings of an entry, and of the whole
 * ledger, add up to zero.
 *
 *   WALLET          one an agent; a liability: what the platform owes the agent. The wallet's balance is the account's sum, negated.
 *   PLATFORM_CASH   an asset: money that came in from agents.
 *   REVENUE         income: leads that were sold.
 *   ADJUSTMENTS     an expense: credit that was given without money coming in.
 *
 * A hold is no posting. It moves nothing: it is a reservation that stands in the wallet's row (`held_cents`) until it becomes a charge or
 * ends, and the credit limit is a permission, not money. Booking either would fill the append-only ledger with pairs that cancel out.
 */
export const accountKinds = ['WALLET', 'PLATFORM_CASH', 'REVENUE', 'ADJUSTMENTS'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** The accounts there is one of. Their ids are fixed, so that booking needs no look-up. */
export const platformAccounts = {
  PLATFORM_CASH: '00000000-0000-7000-8000-000000000001',
  REVENUE: '00000000-0000-7000-8000-000000000002',
  ADJUSTMENTS: '00000000-0000-7000-8000-000000000003',
} as const satisfies Record<Exclude<AccountKind, 'WALLET'>, string>;

/** A wallet's account has the id of its agent. */
export function walletAccount(agentId: string): string {
  return agentId;
}
