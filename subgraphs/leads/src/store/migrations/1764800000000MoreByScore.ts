import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Leads of a line, a state or a source by their score, and of all lines, states and sources those that are no test. In the order of all scores a page of a source with one lead in a thousand passes
 * twenty thousand others; without it a page behind a load test passes all that it sent.
 */
export class MoreByScore1764800000000 implements MigrationInterface {
  readonly name = 'MoreByScore1764800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX lead_line_score ON lead (line, COALESCE(score, -1), id);
      CREATE INDEX lead_state_score ON lead (state, COALESCE(score, -1), id);
      CREATE INDEX lead_source_score ON lead (source_id, COALESCE(score, -1), id);
      CREATE INDEX lead_not_test ON lead (id) WHERE NOT is_test;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX lead_line_score, lead_state_score, lead_source_score, lead_not_test');
  }
}
