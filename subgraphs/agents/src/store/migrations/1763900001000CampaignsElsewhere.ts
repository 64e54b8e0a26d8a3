import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many campaigns a round never looked at, because they want another line or another state: the trace names only the others. */
export class CampaignsElsewhere1763900001000 implements MigrationInterface {
  readonly name = 'CampaignsElsewhere1763900001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE routing_round
        ADD COLUMN other_line_count int NOT NULL DEFAULT 0,
        ADD COLUMN other_state_count int NOT NULL DEFAULT 0;
      CREATE INDEX campaign_line ON campaign (line) WHERE status <> 'ARCHIVED';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX campaign_line;
      ALTER TABLE routing_round DROP COLUMN other_line_count, DROP COLUMN other_state_count;
    `);
  }
}
