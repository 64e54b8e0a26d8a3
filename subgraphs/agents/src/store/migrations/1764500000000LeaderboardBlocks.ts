import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sums of the leaderboard by blocks of 8 and 64 days, made of those of the days: 16 and 32 above the days' cuboids (kit: rollup/rollup.ts). */
export class LeaderboardBlocks1764500000000 implements MigrationInterface {
  readonly name = 'LeaderboardBlocks1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- No fold meanwhile, whose days would be in no block.
      LOCK TABLE leaderboard_rollup IN SHARE ROW EXCLUSIVE MODE;
      INSERT INTO leaderboard_rollup (cuboid, day, is_test, agent_id, offers, accepted, accept_ms, sold, bound, spend_cents)
      SELECT cuboid + level, date '1970-01-01' + (day - date '1970-01-01') / length * length AS block, is_test, agent_id,
        sum(offers), sum(accepted), sum(accept_ms), sum(sold), sum(bound), sum(spend_cents)
      FROM leaderboard_rollup CROSS JOIN (VALUES (16, 8), (32, 64)) AS levels (level, length)
      WHERE cuboid < 16 GROUP BY cuboid, level, block, is_test, agent_id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM leaderboard_rollup WHERE cuboid >= 16');
  }
}
