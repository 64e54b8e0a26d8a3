import { createRollupIndexesSql, createRollupSql } from '@leadgraph/kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const indexes = [['state', 'line'], ['source_id']];

/**
 * What leads cost and bring. What a lead cost is kept from now on; of those accepted before it is unknown and stays so, since prices of sources change. Existing sales are counted.
 * Reports that ask for few of many sources or places get indexes for it.
 */
export class Money1764300000000 implements MigrationInterface {
  readonly name = 'Money1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE lead ADD COLUMN cost_cents bigint, ADD COLUMN cost_basis_points int;
      ALTER TABLE lead_buyer ADD COLUMN cost_cents bigint NOT NULL DEFAULT 0, ADD COLUMN returned_at timestamptz(3);
      ${createRollupSql({
        name: 'money',
        dimensions: ['source_id', 'line', 'state'],
        keys: {},
        indexes,
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
      })}

      INSERT INTO money_delta (day, is_test, source_id, line, state, accepted, sales, revenue_cents, bound)
      SELECT (received_at AT TIME ZONE 'UTC')::date, is_test, source_id::text, line, COALESCE(state, ''),
        count(*) FILTER (WHERE (stages & (64 | 128)) = 0), COALESCE(sum(sales), 0), COALESCE(sum(cents), 0),
        count(*) FILTER (WHERE (stages & 32) <> 0)
      FROM lead LEFT JOIN (
        SELECT lead_id, count(*) AS sales, sum(price_cents) AS cents FROM lead_buyer GROUP BY lead_id
      ) AS sold ON sold.lead_id = lead.id
      GROUP BY 1, 2, 3, 4, 5;
    `);
    for (const name of ['funnel', 'speed']) await runner.query(createRollupIndexesSql({ name, indexes }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX funnel_rollup_state, funnel_rollup_source_id, speed_rollup_state, speed_rollup_source_id;
      DROP TABLE money_delta, money_rollup;
      ALTER TABLE lead_buyer DROP COLUMN returned_at, DROP COLUMN cost_cents;
      ALTER TABLE lead DROP COLUMN cost_basis_points, DROP COLUMN cost_cents;
    `);
  }
}
