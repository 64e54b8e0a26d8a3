import type { MigrationInterface, QueryRunner } from 'typeorm';

const measures = {
  funnel: [
    ...['received', 'validated', 'qualified', 'offered', 'sold', 'bound'],
    ...['rejected', 'duplicate', 'disqualified', 'returned', 'withdrawn', 'erased'],
  ],
  money: [
    ...['accepted', 'costed', 'cost_cents', 'sales', 'revenue_cents', 'returned_sales', 'returned_cents'],
    ...['bound', 'costed_bound'],
  ],
};

/** Sums of the funnel and of the money by blocks of 8 and 64 days, as those of the times to stages have them: a quarter by source and line read some 20,000 sums of days. */
export class FunnelAndMoneyBlocks1764900000000 implements MigrationInterface {
  readonly name = 'FunnelAndMoneyBlocks1764900000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(measures)) {
      await runner.query(`
        -- No fold meanwhile, whose days would be in no block.
        LOCK TABLE ${name}_rollup IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO ${name}_rollup (cuboid, day, is_test, source_id, line, state, ${columns.join(', ')})
        SELECT cuboid + level, date '1970-01-01' + (day - date '1970-01-01') / length * length AS block, is_test, source_id, line, state,
          ${columns.map((column) => `sum(${column})`).join(', ')}
        FROM ${name}_rollup CROSS JOIN (VALUES (16, 8), (32, 64)) AS levels (level, length)
        WHERE cuboid < 16 GROUP BY cuboid, level, block, is_test, source_id, line, state;
      `);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(measures)) await runner.query(`DELETE FROM ${name}_rollup WHERE cuboid >= 16`);
  }
}
