import { defineRollup, durationBucketSql } from '@leadgraph/kit';
import { stageBits, stages } from '../lifecycle/stages.js';

const byPlace = {
  dimensions: ['source_id', 'line', 'state'],
  indexes: [['state', 'line'], ['source_id']],
  // A quarter of days by source and line are some 20,000 sums, of times to stages by state a hundred thousand.
  blocks: [8, 64],
} as const;

/** How many leads of a day of receipt have reached which stage. */
export const funnel = defineRollup({
  name: 'funnel',
  ...byPlace,
  keys: {},
  measures: stages,
});

/** How long leads of a day of receipt took to a stage, counted in buckets (kit: durationBuckets.ts). */
export const speedToLead = defineRollup({
  name: 'speed',
  ...byPlace,
  keys: { step: 'text', bucket: 'smallint' },
  measures: ['leads'],
});

/**
 * What leads of a day of receipt cost and brought. `costed` are those of which it is known what they cost; `returned_…` is part of `sales` and `revenue_cents`.
 */
export const money = defineRollup({
  name: 'money',
  ...byPlace,
  keys: {},
  measures: [
    'accepted',
    'costed',
    'cost_cents',
    'sales',
    'revenue_cents',
    'returned_sales',
    'returned_cents',
    'bound',
    'costed_bound',
  ],
});
export type MoneyMeasure = (typeof money)['measures'][number];

/** All rollups of this subgraph. */
export const rollups = [funnel, speedToLead, money];

/** Stages whose time since receipt is reported. */
export const speedSteps = ['qualified', 'offered', 'sold'] as const;
export type SpeedStep = (typeof speedSteps)[number];

const place = `(lead.received_at AT TIME ZONE 'UTC')::date AS day, lead.is_test, lead.source_id::text AS source_id,
  lead.line, COALESCE(lead.state, '') AS state`;

/** The funnel counted from the rows. */
export const funnelRows = `SELECT ${place},
  ${stages.map((stage) => `((lead.stages & ${stageBits[stage]}) <> 0)::int AS ${stage}`).join(', ')} FROM lead`;

/** By what entry of its timeline a lead reached a stage, or one that implies it. */
const reachedBy: Record<SpeedStep, string> = {
  qualified: `(to_status IN ('QUALIFIED', 'ROUTING', 'QUEUED', 'UNSOLD', 'EXPIRED', 'OFFERED', 'SOLD', 'RETURNED') OR type = 'SOLD_AGAIN')`,
  offered: `(to_status IN ('OFFERED', 'SOLD', 'RETURNED') OR type = 'SOLD_AGAIN')`,
  sold: `(to_status IN ('SOLD', 'RETURNED') OR type = 'SOLD_AGAIN')`,
};

/** The times to the stages counted from the rows: the first entry of the timeline that reached each. */
export const speedRows = speedSteps
  .map(
    (step) => `SELECT ${place}, '${step}' AS step,
      ${durationBucketSql(`(EXTRACT(EPOCH FROM first.occurred_at - lead.received_at) * 1000)`)} AS bucket, 1 AS leads
    FROM lead JOIN (
      SELECT DISTINCT ON (lead_id) lead_id, occurred_at FROM lead_event WHERE ${reachedBy[step]} ORDER BY lead_id, version
    ) AS first ON first.lead_id = lead.id`,
  )
  .join(' UNION ALL ');

/** The money counted from the rows. */
export const moneyRows = `SELECT ${place},
  ((lead.stages & ${stageBits.rejected | stageBits.duplicate}) = 0)::int AS accepted, (lead.cost_cents IS NOT NULL)::int AS costed,
  COALESCE(lead.cost_cents, 0) + COALESCE(sold.cost_cents, 0) AS cost_cents,
  COALESCE(sold.sales, 0) AS sales, COALESCE(sold.revenue_cents, 0) AS revenue_cents,
  COALESCE(sold.returned_sales, 0) AS returned_sales, COALESCE(sold.returned_cents, 0) AS returned_cents,
  ((lead.stages & ${stageBits.bound}) <> 0)::int AS bound,
  ((lead.stages & ${stageBits.bound}) <> 0 AND lead.cost_cents IS NOT NULL)::int AS costed_bound
  FROM lead LEFT JOIN (
    SELECT lead_id, sum(cost_cents) AS cost_cents, count(*) AS sales, sum(price_cents) AS revenue_cents,
      count(returned_at) AS returned_sales, sum(price_cents) FILTER (WHERE returned_at IS NOT NULL) AS returned_cents
    FROM lead_buyer GROUP BY lead_id
  ) AS sold ON sold.lead_id = lead.id`;
