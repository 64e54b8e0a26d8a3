import { createRollupSql } from '@leadgraph/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What reports stand on: the stages that a lead has reached, and their sums (kit: rollup/rollup.ts). Existing leads are counted. */
export class Reports1764100000000 implements MigrationInterface {
  readonly name = 'Reports1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE lead ADD COLUMN stages smallint NOT NULL DEFAULT 1;
      ALTER TABLE lead_buyer ADD COLUMN bound_at timestamptz(3);

      -- Months whose partitions were taken away: their rows cannot be counted any more.
      CREATE TABLE detached_month (month date PRIMARY KEY, detached_at timestamptz(3) NOT NULL DEFAULT now());
      ${createRollupSql({
        name: 'funnel',
        dimensions: ['source_id', 'line', 'state'],
        keys: {},
        measures: [
          'received',
          'validated',
          'qualified',
          'offered',
          'sold',
          'bound',
          'rejected',
          'duplicate',
          'disqualified',
          'returned',
          'withdrawn',
          'erased',
        ],
      })}
      ${createRollupSql({
        name: 'speed',
        dimensions: ['source_id', 'line', 'state'],
        keys: { step: 'text', bucket: 'smallint' },
        measures: ['leads'],
      })}

      UPDATE lead SET stages = reached.stages FROM (
        SELECT lead_id, bit_or(CASE
          WHEN type = 'SOLD_AGAIN' THEN 31
          WHEN to_status IN ('VALIDATED', 'QUALIFYING', 'NEEDS_REVIEW') THEN 3
          WHEN to_status IN ('QUALIFIED', 'ROUTING', 'QUEUED', 'UNSOLD', 'EXPIRED') THEN 7
          WHEN to_status = 'OFFERED' THEN 15
          WHEN to_status = 'SOLD' THEN 31
          WHEN to_status = 'REJECTED' THEN 1 + 64
          WHEN to_status = 'DUPLICATE' THEN 1 + 128
          WHEN to_status = 'DISQUALIFIED' THEN 3 + 256
          WHEN to_status = 'RETURNED' THEN 31 + 512
          WHEN to_status = 'WITHDRAWN' THEN 1 + 1024
          WHEN to_status = 'ERASED' THEN 1 + 2048
          ELSE 1 END) AS stages
        FROM lead_event GROUP BY lead_id
      ) AS reached WHERE reached.lead_id = lead.id AND lead.stages <> reached.stages;
    `);
    await countFunnel(runner);
    await countSpeed(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE speed_delta, speed_rollup, funnel_delta, funnel_rollup, detached_month;
      ALTER TABLE lead_buyer DROP COLUMN bound_at;
      ALTER TABLE lead DROP COLUMN stages;
    `);
  }
}

/** As deltas: the first folds add them up. */
async function countFunnel(runner: QueryRunner): Promise<void> {
  const bits = ['received', 'validated', 'qualified', 'offered', 'sold', 'bound'].concat([
    'rejected',
    'duplicate',
    'disqualified',
    'returned',
    'withdrawn',
    'erased',
  ]);
  await runner.query(`
    INSERT INTO funnel_delta (day, is_test, source_id, line, state, ${bits.join(', ')})
    SELECT (received_at AT TIME ZONE 'UTC')::date, is_test, source_id::text, line, COALESCE(state, ''),
      ${bits.map((_, index) => `count(*) FILTER (WHERE (stages & ${2 ** index}) <> 0)`).join(', ')}
    FROM lead GROUP BY 1, 2, 3, 4, 5`);
}

async function countSpeed(runner: QueryRunner): Promise<void> {
  const steps = {
    qualified: `to_status IN ('QUALIFIED', 'ROUTING', 'QUEUED', 'UNSOLD', 'EXPIRED', 'OFFERED', 'SOLD', 'RETURNED')`,
    offered: `to_status IN ('OFFERED', 'SOLD', 'RETURNED')`,
    sold: `to_status IN ('SOLD', 'RETURNED')`,
  };
  for (const [step, reached] of Object.entries(steps)) {
    await runner.query(`
      INSERT INTO speed_delta (day, is_test, source_id, line, state, step, bucket, leads)
      SELECT (lead.received_at AT TIME ZONE 'UTC')::date, is_test, source_id::text, line, COALESCE(state, ''), '${step}',
        CASE WHEN ms >= 100 THEN LEAST(250, 1 + floor(ln(ms / 100) / ln(1.1::float8))) ELSE 0 END, count(*)
      FROM lead JOIN (
        SELECT DISTINCT ON (lead_id) lead_id, occurred_at FROM lead_event
        WHERE ${reached} OR type = 'SOLD_AGAIN' ORDER BY lead_id, version
      ) AS first ON first.lead_id = lead.id,
      LATERAL (SELECT (EXTRACT(EPOCH FROM first.occurred_at - lead.received_at) * 1000)::float8 AS ms) AS took
      GROUP BY 1, 2, 3, 4, 5, 6, 7`);
  }
}
