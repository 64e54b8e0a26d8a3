import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Leads of a state by their score. With a status and a line beside it, the order of the status's scores passes all states and lines on the way: here only those of the state. */
export class StateByScore1764600000000 implements MigrationInterface {
  readonly name = 'StateByScore1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX lead_state_score ON lead (state, COALESCE(score, -1), id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX lead_state_score');
  }
}
