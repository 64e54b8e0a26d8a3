import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An agent's own leads, page by page: a sale has of its lead what lists filter and sort by, in an index of the buyer's for each sort, so that leads are read only to be shown. Triggers keep it, whoever writes
 * a lead or a sale; nothing but the lists reads it. Sales of leads whose month was taken out stay without.
 */
export class OwnLeads1764500000000 implements MigrationInterface {
  readonly name = 'OwnLeads1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE lead_buyer ADD COLUMN lead_status text, ADD COLUMN lead_score smallint, ADD COLUMN line text, ADD COLUMN state text,
        ADD COLUMN source_id uuid, ADD COLUMN is_test boolean;

      -- Locked until the end: no lead changes between its being copied and its trigger.
      LOCK TABLE lead IN SHARE ROW EXCLUSIVE MODE;
      UPDATE lead_buyer SET lead_status = lead.status, lead_score = COALESCE(lead.score, -1), line = lead.line, state = lead.state,
          source_id = lead.source_id, is_test = lead.is_test
        FROM lead WHERE lead.id = lead_buyer.lead_id;

      CREATE FUNCTION sale_of_lead() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        SELECT status, COALESCE(score, -1), lead.line, lead.state, lead.source_id, lead.is_test
          INTO NEW.lead_status, NEW.lead_score, NEW.line, NEW.state, NEW.source_id, NEW.is_test FROM lead WHERE id = NEW.lead_id;
        RETURN NEW;
      END $$;
      CREATE TRIGGER sale_of_lead BEFORE INSERT ON lead_buyer FOR EACH ROW WHEN (NEW.lead_status IS NULL) EXECUTE FUNCTION sale_of_lead();

      CREATE FUNCTION lead_of_sales() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE lead_buyer SET lead_status = NEW.status, lead_score = COALESCE(NEW.score, -1), line = NEW.line, state = NEW.state,
            source_id = NEW.source_id, is_test = NEW.is_test
          WHERE lead_id = NEW.id;
        RETURN NULL;
      END $$;
      -- 16 is the stage of a lead that was sold at some time: others have no sales.
      CREATE TRIGGER lead_of_sales AFTER UPDATE ON lead FOR EACH ROW
        WHEN ((OLD.stages & 16) <> 0 AND (OLD.status, OLD.score, OLD.line, OLD.state, OLD.source_id, OLD.is_test)
          IS DISTINCT FROM (NEW.status, NEW.score, NEW.line, NEW.state, NEW.source_id, NEW.is_test))
        EXECUTE FUNCTION lead_of_sales();

      DROP INDEX lead_buyer_agent;
      CREATE INDEX lead_buyer_agent ON lead_buyer (agent_id, lead_id) INCLUDE (lead_score, lead_status, line, state, source_id, is_test);
      CREATE INDEX lead_buyer_score ON lead_buyer (agent_id, lead_score, lead_id) INCLUDE (lead_status, line, state, source_id, is_test);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER lead_of_sales ON lead;
      DROP TRIGGER sale_of_lead ON lead_buyer;
      DROP FUNCTION lead_of_sales, sale_of_lead;
      DROP INDEX lead_buyer_agent, lead_buyer_score;
      ALTER TABLE lead_buyer DROP COLUMN lead_status, DROP COLUMN lead_score, DROP COLUMN line, DROP COLUMN state, DROP COLUMN source_id,
        DROP COLUMN is_test;
      CREATE INDEX lead_buyer_agent ON lead_buyer (agent_id, lead_id);
    `);
  }
}
