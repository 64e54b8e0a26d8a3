import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Leads of a status by their score. Neither index alone serves that: leads that were rejected or doubled have no score, so all of a status lie together in the order of scores, and whoever goes through it
 * from the other end passes all the others first, however many there are.
 */
export class StatusByScore1764400000000 implements MigrationInterface {
  readonly name = 'StatusByScore1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX lead_status_score ON lead (status, COALESCE(score, -1), id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX lead_status_score');
  }
}
