import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the filters of the list of charges need (store/listPlans.int.test.ts): nearly all charges are captured and no tests, so only the others are in an index. */
export class ListIndexes1700000003000 implements MigrationInterface {
  readonly name = 'ListIndexes1700000003000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX charge_refunded ON charge (status, id) WHERE status <> 'CAPTURED';
      CREATE INDEX charge_test ON charge (id) WHERE is_test;
      -- Nothing reads an agent's holds: the wallet's row has their sum.
      DROP INDEX hold_agent_id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX hold_agent_id ON hold (agent_id) WHERE status = 'HELD';
      DROP INDEX charge_test, charge_refunded;
    `);
  }
}
