import type { LeadFacts, Tier } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { RoutingLead, RoutingQuote } from '../routing/candidate.js';
import type { PoolStrategy, SaleMode } from '../routing/vocabulary.js';

/** What leads told of a qualified lead; an older version than the known one changes nothing. */
export async function projectLead(
  tx: EntityManager,
  lead: { facts: LeadFacts; score: number; tier: Tier; version: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO lead_projection (lead_id, version, facts, score, tier) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (lead_id) DO UPDATE
       SET version = EXCLUDED.version, facts = EXCLUDED.facts, score = EXCLUDED.score, tier = EXCLUDED.tier
       WHERE lead_projection.version <= EXCLUDED.version OR lead_projection.facts IS NULL`,
    [lead.facts.leadId, lead.version, lead.facts, lead.score, lead.tier],
  );
}

/** A lead's new score. */
export async function projectScore(
  tx: EntityManager,
  change: { leadId: string; score: number; tier: Tier; version: number },
): Promise<void> {
  await tx.query('UPDATE lead_projection SET version = $2, score = $3, tier = $4 WHERE lead_id = $1 AND version < $2', [
    change.leadId,
    change.version,
    change.score,
    change.tier,
  ]);
}

/** A lead that must not be offered any more; stays so whatever arrives later. */
export async function projectWithdrawal(tx: EntityManager, leadId: string, version: number): Promise<void> {
  await tx.query(
    `INSERT INTO lead_projection (lead_id, version, withdrawn) VALUES ($1, $2, true)
     ON CONFLICT (lead_id) DO UPDATE SET withdrawn = true`,
    [leadId, version],
  );
}

/** A quote of payments. Quotes have no common version: the one that lasts longest is the newest. */
export async function projectQuote(
  tx: EntityManager,
  quote: { leadId: string; mode: SaleMode; quoteId: string; priceCents: number; expiresAt: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO lead_quote (lead_id, mode, quote_id, price_cents, expires_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (lead_id, mode) DO UPDATE
       SET quote_id = EXCLUDED.quote_id, price_cents = EXCLUDED.price_cents, expires_at = EXCLUDED.expires_at
       WHERE lead_quote.expires_at < EXCLUDED.expires_at`,
    [quote.leadId, quote.mode, quote.quoteId, quote.priceCents, quote.expiresAt],
  );
}

/** Makes a quote that payments does not take any more count as expired. */
export async function forgetQuote(tx: EntityManager, leadId: string, quoteId: string): Promise<void> {
  await tx.query(`UPDATE lead_quote SET expires_at = '-infinity' WHERE lead_id = $1 AND quote_id = $2`, [
    leadId,
    quoteId,
  ]);
}

/** What an agent's wallet can pay, as payments says; an older version changes nothing. */
export async function projectWallet(
  tx: EntityManager,
  wallet: { agentId: string; availableCents: number; version: number },
): Promise<void> {
  await tx.query(
    `INSERT INTO wallet (agent_id, available_cents, version) VALUES ($1, $2, $3)
     ON CONFLICT (agent_id) DO UPDATE
       SET available_cents = EXCLUDED.available_cents, version = EXCLUDED.version
       WHERE wallet.version < EXCLUDED.version`,
    [wallet.agentId, wallet.availableCents, wallet.version],
  );
}

export interface LeadForRouting {
  /** Null until leads has told of it. */
  readonly lead: RoutingLead | null;
  /** The quotes that still last at `usableUntil`. */
  readonly quotes: Partial<Record<SaleMode, RoutingQuote>>;
  /** Whether payments has ever quoted the lead in both modes. */
  readonly quoted: boolean;
  /** How the leads of its line and state are shared out; null where no pool is set up. */
  readonly strategy: PoolStrategy | null;
}

/** Reads a lead with its quotes and its pool's strategy as routing needs them. One statement. */
export async function readLeadForRouting(
  tx: EntityManager,
  leadId: string,
  usableUntil: Date,
): Promise<LeadForRouting> {
  const [row]: {
    facts: LeadFacts | null;
    score: number | null;
    tier: Tier | null;
    withdrawn: boolean | null;
    strategy: PoolStrategy | null;
    quotes: { mode: SaleMode; quoteId: string; priceCents: number; expiresAt: string; usable: boolean }[] | null;
  }[] = await tx.query(
    `SELECT lead.facts, lead.score, lead.tier, lead.withdrawn, quoted.quotes, pool.strategy
     FROM (SELECT $1::uuid AS id) AS wanted
     LEFT JOIN lead_projection AS lead ON lead.lead_id = wanted.id
     LEFT JOIN pool ON pool.line = lead.facts->>'line' AND pool.state = lead.facts->>'state'
     LEFT JOIN LATERAL (
       SELECT jsonb_agg(jsonb_build_object('mode', mode, 'quoteId', quote_id, 'priceCents', price_cents,
         'expiresAt', expires_at, 'usable', expires_at > $2)) AS quotes
       FROM lead_quote WHERE lead_quote.lead_id = wanted.id
     ) AS quoted ON true`,
    [leadId, usableUntil],
  );
  const quotes = row?.quotes ?? [];
  const lead =
    row?.facts && row.score !== null && row.tier !== null
      ? { facts: row.facts, score: row.score, tier: row.tier, withdrawn: row.withdrawn ?? false }
      : null;
  return {
    lead,
    quotes: Object.fromEntries(
      quotes
        .filter(({ usable }) => usable)
        .map(({ mode, quoteId, priceCents, expiresAt }) => [
          mode,
          { quoteId, priceCents, expiresAt: new Date(expiresAt) },
        ]),
    ),
    quoted: quotes.length === 2,
    strategy: row?.strategy ?? null,
  };
}
