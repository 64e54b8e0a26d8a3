import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose lead it is, so that its partner can have it priced. Null for the leads of before, until an event says it. */
export class LeadPartner1700000002000 implements MigrationInterface {
  readonly name = 'LeadPartner1700000002000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE lead_projection ADD COLUMN partner text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE lead_projection DROP COLUMN partner');
  }
}
