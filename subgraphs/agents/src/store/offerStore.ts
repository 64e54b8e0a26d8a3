import type { EntityManager } from 'typeorm';
import type { Offer } from './offer.js';
import type { Routing } from './routing.js';

type Row = Record<string, unknown>;
/** How a property of an offer is called in the store. */
const columns = {
  id: 'id',
  leadId: 'lead_id',
  agentId: 'agent_id',
  campaignId: 'campaign_id',
  round: 'round',
  mode: 'mode',
  status: 'status',
  settlement: 'settlement',
  cancelReason: 'cancel_reason',
  rejectReason: 'reject_reason',
  refusal: 'refusal',
  quoteId: 'quote_id',
  priceCents: 'price_cents',
  autoAccept: 'auto_accept',
  capBuckets: 'cap_buckets',
  windowEndsAt: 'window_ends_at',
  reservedAt: 'reserved_at',
  offeredAt: 'offered_at',
  expiresAt: 'expires_at',
  acceptedAt: 'accepted_at',
  endedAt: 'ended_at',
  resendAt: 'resend_at',
  resends: 'resends',
  version: 'version',
} as const satisfies Record<keyof Offer, string>;
const properties = Object.entries(columns) as [keyof Offer, string][];
const times = new Set<keyof Offer>([
  'windowEndsAt',
  'reservedAt',
  'offeredAt',
  'expiresAt',
  'acceptedAt',
  'endedAt',
  'resendAt',
]);

/** What can change once an offer is there. */
const changeable = [
  'status',
  'settlement',
  'cancel_reason',
  'reject_reason',
  'refusal',
  'quote_id',
  'price_cents',
  'window_ends_at',
  'offered_at',
  'expires_at',
  'accepted_at',
  'ended_at',
  'resend_at',
  'resends',
  'version',
];

/**
 * The lead's id stands in the condition because PostgreSQL takes a record set for 100 rows and would rather read the whole table than look each
 * of them up.
 */
const updateOffers = `
  UPDATE offer SET ${changeable.map((column) => `${column} = n.${column}`).join(', ')}
  FROM jsonb_populate_recordset(null::offer, $1::jsonb) AS n WHERE offer.lead_id = $2 AND offer.id = n.id`;

const saveAll = `
  WITH changed AS (${updateOffers}),
    added AS (INSERT INTO offer SELECT * FROM jsonb_populate_recordset(null::offer, $3::jsonb))
  UPDATE routing SET state = $4, round = $5, last_round = $6, step = $7, mode = $8, max_sales = $9, retry_at = $10,
    resend_at = $11, resends = $12, version = $13, is_test = $14
  WHERE lead_id = $2`;

export interface LeadChanges {
  /** But for the number of accepted offers, which `takePlace` and `giveBackPlace` change. */
  readonly routing: Routing;
  readonly changed: readonly Offer[];
  readonly added: readonly Offer[];
}

/** Writes what happened to a lead. The caller holds the lock of its routing row. */
export async function saveLead(tx: EntityManager, { routing, changed, added }: LeadChanges): Promise<void> {
  const changedRows = JSON.stringify(changed.map(toRow));
  // The parts of one statement run in no particular order, and the index of live exclusive offers must see the old one end before the new one.
  const separately = changed.length > 0 && added.length > 0;
  if (separately) await tx.query(updateOffers, [changedRows, routing.leadId]);
  await tx.query(saveAll, [
    separately ? '[]' : changedRows,
    routing.leadId,
    JSON.stringify(added.map(toRow)),
    routing.state,
    routing.round,
    routing.lastRound,
    routing.step,
    routing.mode,
    routing.maxSales,
    routing.retryAt,
    routing.resendAt,
    routing.resends,
    routing.version,
    routing.isTest,
  ]);
}

/** A lead's offers, the oldest first, and the offer window that an operator has set for now (seconds), in one statement. */
export async function readOffers(
  tx: EntityManager,
  leadId: string,
  now: Date,
): Promise<{ offers: Offer[]; windowSeconds: number | null }> {
  const [row]: { offers: Row[] | null; window: { seconds: number } | null }[] = await tx.query(
    `SELECT (SELECT jsonb_agg(to_jsonb(offer) ORDER BY offer.id) FROM offer WHERE offer.lead_id = $1) AS offers,
       (SELECT value FROM setting WHERE name = 'offerWindow' AND expires_at > $2) AS window`,
    [leadId, now],
  );
  return { offers: (row?.offers ?? []).map(fromRow), windowSeconds: row?.window?.seconds ?? null };
}

function toRow(offer: Offer): Row {
  return Object.fromEntries(properties.map(([property, column]) => [column, offer[property]]));
}

function fromRow(row: Row): Offer {
  return Object.fromEntries(
    properties.map(([property, column]) => {
      const value = row[column];
      return [property, times.has(property) && typeof value === 'string' ? new Date(value) : value];
    }),
  ) as unknown as Offer;
}
