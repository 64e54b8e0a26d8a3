import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Leads of a status, a line and a state, by their time and by their score. In the order of the status's leads one in 350 is of a certain line and state, in that of scores fewer still: a page of a rare combination passed thousands of others, the more the more leads there are (32 ms with a million,
 * 95 of 100). Here it reads its own alone.
 */
export class PlaceAndStatus1764600000000 implements MigrationInterface {
  readonly name = 'PlaceAndStatus1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX lead_state_line_status_id ON lead (state, line, status, id);
      CREATE INDEX lead_state_line_status_score ON lead (state, line, status, COALESCE(score, -1), id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX lead_state_line_status_id, lead_state_line_status_score');
  }
}
