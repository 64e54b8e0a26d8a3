import { z } from 'zod';
import { Cents, SaleMode } from './vocabulary.js';

const WalletSnapshot = z.strictObject({ agentId: z.uuid(), availableCents: Cents });

export const paymentsEvents = {
  'payments.quote.created': z.strictObject({
    quoteId: z.uuid(),
    leadId: z.uuid(),
    mode: SaleMode,
    priceCents: Cents.nonnegative(),
    ruleVersion: z.string(),
    expiresAt: z.iso.datetime(),
  }),
  /** Money is set aside for an offer. `quoteId` is the quote the price stands in: the offered one, or an auction's own. */
  'payments.hold.held': z.strictObject({
    holdId: z.uuid(),
    offerId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
    quoteId: z.uuid(),
    priceCents: Cents.nonnegative(),
    expiresAt: z.iso.datetime(),
  }),
  'payments.hold.refused': z.strictObject({
    offerId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
    reason: z.enum(['FUNDS', 'WALLET_UNKNOWN', 'QUOTE_EXPIRED', 'QUOTE_UNKNOWN', 'OFFER_ENDED']),
  }),
  'payments.hold.released': z.strictObject({
    holdId: z.uuid(),
    offerId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
    reason: z.enum(['REJECTED', 'EXPIRED', 'CANCELLED', 'HOLD_EXPIRED']),
  }),
  'payments.charge.captured': z.strictObject({
    chargeId: z.uuid(),
    holdId: z.uuid(),
    offerId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
    quoteId: z.uuid(),
    priceCents: Cents.nonnegative(),
  }),
  'payments.charge.failed': z.strictObject({
    offerId: z.uuid(),
    leadId: z.uuid(),
    agentId: z.uuid(),
    reason: z.enum(['HOLD_MISSING', 'HOLD_EXPIRED', 'HOLD_RELEASED']),
  }),
  /** What an agent can spend: balance − holds + credit limit. The entity's version orders the snapshots. */
  'payments.wallet.changed': WalletSnapshot,
} as const;
