import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums of the times to stages by blocks of 8 and 64 days, made of those of the days: 16 and 32 above the days' cuboids (kit: rollup/rollup.ts). */
export class SpeedBlocks1764700000000 implements MigrationInterface {
  readonly name = 'SpeedBlocks1764700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- No fold meanwhile, whose days would be in no block.
      LOCK TABLE speed_rollup IN SHARE ROW EXCLUSIVE MODE;
      INSERT INTO speed_rollup (cuboid, day, is_test, step, bucket, source_id, line, state, leads)
      SELECT cuboid + level, date '1970-01-01' + (day - date '1970-01-01') / length * length AS block, is_test, step, bucket,
        source_id, line, state, sum(leads)
      FROM speed_rollup CROSS JOIN (VALUES (16, 8), (32, 64)) AS levels (level, length)
      WHERE cuboid < 16 GROUP BY cuboid, level, block, is_test, step, bucket, source_id, line, state;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM speed_rollup WHERE cuboid >= 16');
  }
}
