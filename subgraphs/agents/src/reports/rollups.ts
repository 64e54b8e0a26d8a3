import { defineRollup, durationBucketSql } from '@leadgraph/kit';

/** What became of the offers that went out to an agent on a day. Time to accept in milliseconds, spend in cents of what was sold. */
export const leaderboard = defineRollup({
  name: 'leaderboard',
  dimensions: ['agent_id'],
  keys: {},
  measures: ['offers', 'accepted', 'accept_ms', 'sold', 'bound', 'spend_cents'],
  blocks: [8, 64],
});
export type LeaderboardMeasure = (typeof leaderboard)['measures'][number];

/** How long agents took to accept the offers that went out on a day, counted in buckets (kit: durationBuckets.ts). */
export const acceptSpeed = defineRollup({
  name: 'accept_speed',
  dimensions: ['agent_id'],
  keys: { bucket: 'smallint' },
  measures: ['accepted'],
  indexes: [['agent_id']],
});

/** All rollups of this subgraph. */
export const rollups = [leaderboard, acceptSpeed];

/** The offers that went out. Of one accepted before there was `accepted_at`, its end says when: too late if the charge failed afterwards. */
const offers = `SELECT (offered_at AT TIME ZONE 'UTC')::date AS day, is_test, offer.agent_id::text AS agent_id,
    settlement = 'SETTLED' AS is_sold, price_cents, assignment.status AS assignment_status,
    (EXTRACT(EPOCH FROM COALESCE(accepted_at, CASE WHEN offer.status = 'ACCEPTED' OR cancel_reason = 'CAPTURE_FAILED' THEN ended_at END)
      - offered_at) * 1000)::bigint AS ms
  FROM offer JOIN routing ON routing.lead_id = offer.lead_id LEFT JOIN assignment ON assignment.offer_id = offer.id
  WHERE offered_at IS NOT NULL`;

/** The leaderboard counted from the rows. */
export const leaderboardRows = `SELECT day, is_test, agent_id, 1 AS offers, (ms IS NOT NULL)::int AS accepted, COALESCE(ms, 0) AS accept_ms,
    is_sold::int AS sold, (assignment_status IS NOT DISTINCT FROM 'BOUND')::int AS bound, CASE WHEN is_sold THEN price_cents ELSE 0 END AS spend_cents
  FROM (${offers}) AS offers`;

/** The times to accept counted from the rows. */
export const acceptRows = `SELECT day, is_test, agent_id, ${durationBucketSql('ms')} AS bucket, 1 AS accepted
  FROM (${offers}) AS offers WHERE ms IS NOT NULL`;
