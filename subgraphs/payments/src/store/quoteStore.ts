import { toSafeNumber } from '@leadgraph/kit';
import type { SaleMode } from '@leadgraph/schema';
import { Any, type EntityManager } from 'typeorm';
import type { BreakdownLine } from '../pricing/breakdown.js';
import { Quote, type QuoteLine } from './quote.js';

/** Adds a quote. */
export async function insertQuote(tx: EntityManager, quote: Omit<Quote, 'currency'>): Promise<Quote> {
  const row = tx.create(Quote, quote);
  await tx.insert(Quote, row);
  return row;
}

/** The newest standard quote of a lead for a mode. */
export async function newestQuote(tx: EntityManager, leadId: string, mode: SaleMode): Promise<Quote | null> {
  return tx.findOne(Quote, { where: { leadId, mode, kind: 'STANDARD' }, order: { id: 'DESC' } });
}

/** Quotes by id. */
export async function findQuotes(em: EntityManager, ids: readonly string[]): Promise<Quote[]> {
  return em.findBy(Quote, { id: Any([...ids]) });
}

/** How many quotes of a lead are listed: the newest. Old ones stay readable by id and through their hold and charge. */
export const LISTED_QUOTES = 20;

/** The standard quotes of some leads, for each the newest first, at most `LISTED_QUOTES`. */
export async function findQuotesOfLeads(em: EntityManager, leadIds: readonly string[]): Promise<Quote[]> {
  return em
    .createQueryBuilder(Quote, 'quote')
    .where(
      `quote.id IN (SELECT newest.id FROM unnest(:leadIds::uuid[]) AS wanted (lead_id) CROSS JOIN LATERAL
         (SELECT id FROM quote WHERE lead_id = wanted.lead_id AND kind = 'STANDARD' ORDER BY id DESC LIMIT :limit) AS newest)`,
      { leadIds: [...leadIds], limit: LISTED_QUOTES },
    )
    .orderBy('quote.id', 'DESC')
    .getMany();
}

/** A computed line as it is stored. */
export function toQuoteLine(line: BreakdownLine): QuoteLine {
  return { ...line, amountCents: toSafeNumber(line.amountCents) };
}

/** A stored line as the formulas take it. */
export function fromQuoteLine(line: QuoteLine): BreakdownLine {
  return { ...line, amountCents: BigInt(line.amountCents) };
}
