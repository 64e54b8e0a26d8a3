import type { EntityManager } from 'typeorm';
import type { Cap, CapBuckets, CapUsage } from '../routing/caps.js';
import { type CapPeriod, capPeriods } from '../routing/vocabulary.js';

type Prefix = Lowercase<CapPeriod>;
export type UsageRow = Record<`${Prefix}_bucket`, string> &
  Record<`${Prefix}_count`, number> &
  Record<`${Prefix}_spend`, string>;

/** One more lead at a price for a campaign, within its caps. */
export interface CapUse {
  readonly campaignId: string;
  readonly priceCents: number;
  readonly buckets: CapBuckets;
  readonly caps: readonly Cap[];
}

/** What the end of an offer changes: gives back what it used, and adds to the campaign's record. */
export interface OfferOutcome {
  readonly campaignId: string;
  readonly priceCents: number;
  readonly buckets: CapBuckets;
  readonly released: boolean;
  readonly decided: boolean;
  readonly accepted: boolean;
}

const prefixes = capPeriods.map((period) => period.toLowerCase() as Prefix);

/** The counters of a row. */
export function usageOf(row: UsageRow): CapUsage {
  return Object.fromEntries(
    capPeriods.map((period) => {
      const prefix = period.toLowerCase() as Prefix;
      const counter = {
        bucket: row[`${prefix}_bucket`],
        count: row[`${prefix}_count`],
        spendCents: Number(row[`${prefix}_spend`]),
      };
      return [period, counter];
    }),
  ) as Record<CapPeriod, CapUsage[CapPeriod]>;
}

/** The present counters of campaigns. */
export async function readUsage(tx: EntityManager, campaignIds: readonly string[]): Promise<Map<string, CapUsage>> {
  const rows: (UsageRow & { campaign_id: string })[] = await tx.query(
    'SELECT * FROM campaign_usage WHERE campaign_id = ANY($1)',
    [campaignIds],
  );
  return new Map(rows.map((row) => [row.campaign_id, usageOf(row)]));
}

/**
 * Every change of usage first locks all the rows that its transaction will change, in the order of their ids, so that no two transactions wait for
 * each other. The count makes sure that all of them are locked before the first one changes. An array of ids, because PostgreSQL
 * takes a record set for 100 rows and would read the whole table.
 */
const lock = `WITH locked AS MATERIALIZED (
    SELECT campaign_id FROM campaign_usage WHERE campaign_id = ANY($2::uuid[]) ORDER BY campaign_id FOR NO KEY UPDATE
  )`;
const onLocked = `u.campaign_id = n.campaign_id AND u.campaign_id = ANY($2::uuid[]) AND (SELECT count(*) FROM locked) > 0`;

/** `n` is the period at hand, `u` the stored counter: one of an earlier period counts as zero, one of a later period goes on. */
const counted = (prefix: Prefix, column: 'count' | 'spend') =>
  `CASE WHEN u.${prefix}_bucket >= n.${prefix}_bucket THEN u.${prefix}_${column} ELSE 0 END`;

const useCaps = `
  ${lock}
  UPDATE campaign_usage AS u SET last_offered_at = $3, ${prefixes
    .map(
      (prefix) => `
    ${prefix}_bucket = GREATEST(u.${prefix}_bucket, n.${prefix}_bucket),
    ${prefix}_count = ${counted(prefix, 'count')} + 1,
    ${prefix}_spend = ${counted(prefix, 'spend')} + n.price_cents`,
    )
    .join(',')}
  FROM jsonb_to_recordset($1::jsonb) AS n(campaign_id uuid, price_cents bigint, ${prefixes
    .map((prefix) => `${prefix}_bucket text, ${prefix}_most_count int, ${prefix}_most_spend bigint`)
    .join(', ')})
  WHERE ${onLocked} ${prefixes
    .map(
      (prefix) => `
    AND (n.${prefix}_most_count IS NULL OR ${counted(prefix, 'count')} + 1 <= n.${prefix}_most_count)
    AND (n.${prefix}_most_spend IS NULL OR ${counted(prefix, 'spend')} + n.price_cents <= n.${prefix}_most_spend)`,
    )
    .join('')}
  RETURNING u.campaign_id`;

/**
 * Counts one more lead for each campaign whose caps allow it, and returns the ids of these. The caps are conditions of the update itself. `others` are
 * the campaigns whose usage the transaction will change besides.
 */
export async function useCampaignCaps(
  tx: EntityManager,
  uses: readonly CapUse[],
  { at, others }: { at: Date; others: readonly string[] },
): Promise<Set<string>> {
  const records = uses.map((use) => ({
    campaign_id: use.campaignId,
    price_cents: use.priceCents,
    ...Object.fromEntries(
      capPeriods.flatMap((period) => {
        const prefix = period.toLowerCase();
        const caps = use.caps.filter((cap) => cap.period === period);
        return [
          [`${prefix}_bucket`, use.buckets[period]],
          [`${prefix}_most_count`, smallest(caps.map((cap) => cap.count))],
          [`${prefix}_most_spend`, smallest(caps.map((cap) => cap.spendCents))],
        ];
      }),
    ),
  }));
  const locked = [...uses.map(({ campaignId }) => campaignId), ...others];
  const [rows]: [{ campaign_id: string }[], number] = await tx.query(useCaps, [JSON.stringify(records), locked, at]);
  return new Set(rows.map((row) => row.campaign_id));
}

const recordOutcomes = `
  ${lock}
  UPDATE campaign_usage AS u SET
    decided = u.decided + n.decided,
    accepted = u.accepted + n.accepted,
    ${prefixes
      .map(
        (prefix) => `
    ${prefix}_count = CASE WHEN u.${prefix}_bucket = n.${prefix}_bucket THEN GREATEST(u.${prefix}_count - n.released, 0)
      ELSE u.${prefix}_count END,
    ${prefix}_spend = CASE WHEN u.${prefix}_bucket = n.${prefix}_bucket
      THEN GREATEST(u.${prefix}_spend - n.released * n.price_cents, 0) ELSE u.${prefix}_spend END`,
      )
      .join(',')}
  FROM jsonb_to_recordset($1::jsonb) AS n(campaign_id uuid, price_cents bigint, released int, decided int, accepted int, ${prefixes
    .map((prefix) => `${prefix}_bucket text`)
    .join(', ')})
  WHERE ${onLocked}`;

/** Gives back what ended offers used of their campaigns' caps, in the periods in which it was used, and counts them in the campaigns' records. */
export async function recordOfferOutcomes(tx: EntityManager, outcomes: readonly OfferOutcome[]): Promise<void> {
  // An update changes a row once, so outcomes of the same campaign go in one after another. The first wave locks for all.
  const waves: OfferOutcome[][] = [];
  for (const outcome of outcomes) {
    const wave = waves.find((other) => other.every(({ campaignId }) => campaignId !== outcome.campaignId));
    if (wave) wave.push(outcome);
    else waves.push([outcome]);
  }
  for (const wave of waves) {
    const records = wave.map(({ campaignId, priceCents, buckets, released, decided, accepted }) => ({
      campaign_id: campaignId,
      price_cents: priceCents,
      released: Number(released),
      decided: Number(decided),
      accepted: Number(accepted),
      ...Object.fromEntries(capPeriods.map((period) => [`${period.toLowerCase()}_bucket`, buckets[period]])),
    }));
    await tx.query(recordOutcomes, [JSON.stringify(records), wave.map(({ campaignId }) => campaignId)]);
  }
}

function smallest(limits: readonly (number | null)[]): number | null {
  const numbers = limits.filter((limit) => limit !== null);
  return numbers.length > 0 ? Math.min(...numbers) : null;
}
