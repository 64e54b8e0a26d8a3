import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sources of a partner or a name in the order of their list. They are few and seldom made: what these cost is nothing. */
export class SourceLists1764200000000 implements MigrationInterface {
  readonly name = 'SourceLists1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX source_partner ON source (partner, id);
      CREATE INDEX source_name ON source (name, id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX source_name, source_partner');
  }
}
