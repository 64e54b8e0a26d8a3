import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an agent bought of a line and a state, in the order of each sort. In the order of all that it bought, a page with 20 leads in some hundreds passes thousands. */
export class OwnLeadsOfAPlace1765000000000 implements MigrationInterface {
  readonly name = 'OwnLeadsOfAPlace1765000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX lead_buyer_place ON lead_buyer (agent_id, line, state, lead_id) INCLUDE (lead_score, lead_status, source_id, is_test);
      CREATE INDEX lead_buyer_place_score ON lead_buyer (agent_id, line, state, lead_score, lead_id) INCLUDE (lead_status, source_id, is_test);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX lead_buyer_place, lead_buyer_place_score');
  }
}
