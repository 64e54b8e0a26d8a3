import { createRollupSql } from '@leadgraph/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the leaderboard stands on. Existing offers are counted, on the UTC day on which they went out. */
export class Leaderboard1764300000000 implements MigrationInterface {
  readonly name = 'Leaderboard1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE routing ADD COLUMN is_test boolean NOT NULL DEFAULT false;
      UPDATE routing SET is_test = true FROM lead_projection AS lead
        WHERE lead.lead_id = routing.lead_id AND (lead.facts ->> 'isTest')::boolean;
      -- ended_at says so too, until the capture fails
      ALTER TABLE offer ADD COLUMN accepted_at timestamptz(3);
      ${createRollupSql({
        name: 'leaderboard',
        dimensions: ['agent_id'],
        keys: {},
        measures: ['offers', 'accepted', 'accept_ms', 'sold', 'bound', 'spend_cents'],
      })}
      ${createRollupSql({
        name: 'accept_speed',
        dimensions: ['agent_id'],
        keys: { bucket: 'smallint' },
        measures: ['accepted'],
        indexes: [['agent_id']],
      })}

      CREATE TEMPORARY TABLE counted ON COMMIT DROP AS
        SELECT (offered_at AT TIME ZONE 'UTC')::date AS day, is_test, offer.agent_id::text AS agent_id, settlement, price_cents,
          assignment.status AS assignment_status,
          CASE WHEN offer.status = 'ACCEPTED' OR cancel_reason = 'CAPTURE_FAILED'
            THEN (EXTRACT(EPOCH FROM ended_at - offered_at) * 1000)::bigint END AS ms
        FROM offer JOIN routing ON routing.lead_id = offer.lead_id LEFT JOIN assignment ON assignment.offer_id = offer.id
        WHERE offered_at IS NOT NULL;
      INSERT INTO leaderboard_delta (day, is_test, agent_id, offers, accepted, accept_ms, sold, bound, spend_cents)
        SELECT day, is_test, agent_id, count(*), count(ms), COALESCE(sum(ms), 0), count(*) FILTER (WHERE settlement = 'SETTLED'),
          count(*) FILTER (WHERE assignment_status = 'BOUND'), COALESCE(sum(price_cents) FILTER (WHERE settlement = 'SETTLED'), 0)
        FROM counted GROUP BY day, is_test, agent_id;
      INSERT INTO accept_speed_delta (day, is_test, agent_id, bucket, accepted)
        SELECT day, is_test, agent_id,
          CASE WHEN ms >= 100 THEN LEAST(250, 1 + floor(ln(ms::float8 / 100) / ln(1.1::float8))) ELSE 0 END AS bucket, count(*)
        FROM counted WHERE ms IS NOT NULL GROUP BY day, is_test, agent_id, bucket;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE accept_speed_delta, accept_speed_rollup, leaderboard_delta, leaderboard_rollup;
      ALTER TABLE offer DROP COLUMN accepted_at;
      ALTER TABLE routing DROP COLUMN is_test;
    `);
  }
}
