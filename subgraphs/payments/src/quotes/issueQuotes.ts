import { emit, toSafeNumber, uuidv7 } from '@leadgraph/kit';
import { SaleMode } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { PaymentsRules } from '../paymentsRules.js';
import { priceLead } from '../pricing/priceLead.js';
import { type LeadProjection, nextLeadVersion } from '../store/leadProjection.js';
import type { Quote } from '../store/quote.js';
import { insertQuote, newestQuote, toQuoteLine } from '../store/quoteStore.js';

/** Prices a lead for one mode and announces the quote. The caller holds the lead's lock. */
export async function issueQuote(
  tx: EntityManager,
  lead: LeadProjection,
  mode: SaleMode,
  { clock, settings }: PaymentsRules,
): Promise<Quote> {
  const now = clock.now();
  const priced = priceLead(lead, mode, settings.priceRules, now);
  const quote = await insertQuote(tx, {
    id: uuidv7(),
    leadId: lead.leadId,
    kind: 'STANDARD',
    mode,
    priceCents: toSafeNumber(priced.priceCents),
    breakdown: priced.lines.map(toQuoteLine),
    ruleVersion: settings.priceRules.version,
    baseQuoteId: null,
    offerId: null,
    createdAt: now,
    expiresAt: new Date(now.getTime() + settings.quoteLifetimeMs),
  });
  await announceQuote(tx, quote);
  return quote;
}

/**
 * Sees to it that a lead has a usable quote for each mode, and announces both. A quote with at least half its life before it whose price is still
 * the same is announced again instead of making another, so that repeated requests leave no heap of quotes.
 */
export async function ensureQuotes(tx: EntityManager, lead: LeadProjection, rules: PaymentsRules): Promise<void> {
  if (lead.withdrawn) return;
  for (const mode of SaleMode.options) {
    const newest = await newestQuote(tx, lead.leadId, mode);
    if (newest && isFresh(newest, lead, rules)) await announceQuote(tx, newest);
    else await issueQuote(tx, lead, mode, rules);
  }
}

/** Whether an offer may still be made at the quote's price at this time. */
export function isQuoteExpired(quote: Pick<Quote, 'expiresAt'>, at: Date): boolean {
  return quote.expiresAt.getTime() <= at.getTime();
}

function isFresh(quote: Quote, lead: LeadProjection, { clock, settings }: PaymentsRules): boolean {
  const now = clock.now();
  if (quote.expiresAt.getTime() - now.getTime() < settings.quoteLifetimeMs / 2) return false;
  if (quote.ruleVersion !== settings.priceRules.version) return false;
  return BigInt(quote.priceCents) === priceLead(lead, quote.mode, settings.priceRules, now).priceCents;
}

async function announceQuote(tx: EntityManager, quote: Quote): Promise<void> {
  await emit(tx, {
    type: 'payments.quote.created',
    partitionKey: quote.leadId,
    entities: [
      { __typename: 'Lead', key: quote.leadId, version: await nextLeadVersion(tx, quote.leadId) },
      { __typename: 'Quote', key: quote.id, version: 1 },
    ],
    payload: {
      quoteId: quote.id,
      leadId: quote.leadId,
      mode: quote.mode,
      priceCents: quote.priceCents,
      ruleVersion: quote.ruleVersion,
      expiresAt: quote.expiresAt.toISOString(),
    },
  });
}
