import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An index for every filter of the lists (store/listPlans.int.test.ts), and none that nothing reads. */
export class ListIndexes1764200000000 implements MigrationInterface {
  readonly name = 'ListIndexes1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- An agent's offers in a status, in the order of the list; routing counts those that wait by it, too.
      CREATE INDEX offer_agent_status ON offer (agent_id, status, id);
      DROP INDEX offer_waiting;
      -- An agent's assignments in a status, however few it has.
      CREATE INDEX assignment_agent_status ON assignment (agent_id, status, id);
      -- A line's campaigns in the order of the list; with the status a round counts the campaigns elsewhere from the index alone.
      CREATE INDEX campaign_line_id ON campaign (line, id) INCLUDE (status);
      DROP INDEX campaign_line;
      -- Nothing reads assignments by their lead, and nothing sends notifications yet.
      DROP INDEX assignment_lead;
      DROP INDEX notification_due;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX notification_due ON notification (next_attempt_at) WHERE status IN ('QUEUED', 'FAILED');
      CREATE INDEX assignment_lead ON assignment (lead_id);
      CREATE INDEX campaign_line ON campaign (line) WHERE status <> 'ARCHIVED';
      DROP INDEX campaign_line_id;
      CREATE INDEX offer_waiting ON offer (agent_id) WHERE status IN ('RESERVED', 'OFFERED');
      DROP INDEX assignment_agent_status;
      DROP INDEX offer_agent_status;
    `);
  }
}
