import type { MigrationInterface, QueryRunner } from 'typeorm';
import { platformAccounts } from '../../ledger/accounts.js';

/**
 * The tables of payments. What must never be wrong is held by the store itself:
 *   - a wallet's available amount is never below zero (CHECK);
 *   - one hold and one charge an offer (UNIQUE); a hold's and a charge's price is their quote's (composite foreign keys);
 *   - quotes never change; journal entries and postings are neither changed nor removed (triggers);
 *   - the postings of an entry add up to zero (constraint trigger, checked at commit, when the entry is complete).
 */
export class PaymentsTables1700000001000 implements MigrationInterface {
  readonly name = 'PaymentsTables1700000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lead_projection (
        lead_id       uuid PRIMARY KEY,
        line          text NOT NULL,
        facts         jsonb NOT NULL,
        tier          text NOT NULL,
        score         smallint NOT NULL,
        is_test       boolean NOT NULL,
        received_at   timestamptz(3) NOT NULL,
        withdrawn     boolean NOT NULL DEFAULT false,
        lead_version  bigint NOT NULL,
        version       bigint NOT NULL DEFAULT 0
      );
      COMMENT ON COLUMN lead_projection.lead_version IS 'version of the lead in leads; older events are dropped';
      COMMENT ON COLUMN lead_projection.version IS 'grows with each change that payments makes to Lead.quotes';

      CREATE TABLE quote (
        id             uuid PRIMARY KEY,
        lead_id        uuid NOT NULL,
        kind           text NOT NULL CHECK (kind IN ('STANDARD', 'AUCTION')),
        mode           text NOT NULL CHECK (mode IN ('EXCLUSIVE', 'SHARED')),
        price_cents    bigint NOT NULL CHECK (price_cents > 0),
        breakdown      jsonb NOT NULL,
        rule_version   text NOT NULL,
        base_quote_id  uuid REFERENCES quote (id),
        offer_id       uuid,
        created_at     timestamptz(3) NOT NULL,
        expires_at     timestamptz(3) NOT NULL,
        UNIQUE (id, price_cents),
        CHECK ((kind = 'AUCTION') = (base_quote_id IS NOT NULL AND offer_id IS NOT NULL))
      );
      CREATE INDEX quote_lead_id ON quote (lead_id, id DESC);
      CREATE UNIQUE INDEX quote_offer_id ON quote (offer_id) WHERE offer_id IS NOT NULL;

      CREATE TABLE ledger_account (
        id        uuid PRIMARY KEY,
        kind      text NOT NULL CHECK (kind IN ('WALLET', 'PLATFORM_CASH', 'REVENUE', 'ADJUSTMENTS')),
        agent_id  uuid UNIQUE,
        CHECK ((kind = 'WALLET') = (agent_id IS NOT NULL))
      );
      CREATE UNIQUE INDEX ledger_account_platform ON ledger_account (kind) WHERE agent_id IS NULL;
      INSERT INTO ledger_account (id, kind) VALUES
        ('${platformAccounts.PLATFORM_CASH}', 'PLATFORM_CASH'),
        ('${platformAccounts.REVENUE}', 'REVENUE'),
        ('${platformAccounts.ADJUSTMENTS}', 'ADJUSTMENTS');

      CREATE TABLE wallet (
        agent_id            uuid PRIMARY KEY REFERENCES ledger_account (id),
        balance_cents       bigint NOT NULL DEFAULT 0,
        held_cents          bigint NOT NULL DEFAULT 0 CHECK (held_cents >= 0),
        credit_limit_cents  bigint NOT NULL DEFAULT 0 CHECK (credit_limit_cents >= 0),
        version             bigint NOT NULL DEFAULT 1,
        created_at          timestamptz(3) NOT NULL,
        CONSTRAINT wallet_available CHECK (balance_cents - held_cents + credit_limit_cents >= 0)
      ) WITH (fillfactor = 70);

      CREATE TABLE offer_projection (
        offer_id        uuid PRIMARY KEY,
        lead_id         uuid NOT NULL,
        agent_id        uuid NOT NULL,
        ended_as        text CHECK (ended_as IN ('REJECTED', 'EXPIRED', 'CANCELLED')),
        refused_reason  text,
        failed_reason   text,
        version         bigint NOT NULL DEFAULT 1
      ) WITH (fillfactor = 80);

      CREATE TABLE hold (
        id           uuid PRIMARY KEY,
        offer_id     uuid NOT NULL UNIQUE REFERENCES offer_projection (offer_id),
        lead_id      uuid NOT NULL,
        agent_id     uuid NOT NULL REFERENCES wallet (agent_id),
        quote_id     uuid NOT NULL,
        price_cents  bigint NOT NULL CHECK (price_cents > 0),
        status       text NOT NULL CHECK (status IN ('HELD', 'CAPTURED', 'RELEASED', 'EXPIRED')),
        created_at   timestamptz(3) NOT NULL,
        expires_at   timestamptz(3) NOT NULL,
        ended_at     timestamptz(3),
        UNIQUE (id, price_cents),
        FOREIGN KEY (quote_id, price_cents) REFERENCES quote (id, price_cents),
        CHECK ((status = 'HELD') = (ended_at IS NULL))
      ) WITH (fillfactor = 80);
      CREATE INDEX hold_due ON hold (expires_at) WHERE status = 'HELD';
      CREATE INDEX hold_agent_id ON hold (agent_id) WHERE status = 'HELD';

      CREATE TABLE charge (
        id           uuid PRIMARY KEY,
        offer_id     uuid NOT NULL UNIQUE REFERENCES offer_projection (offer_id),
        hold_id      uuid NOT NULL UNIQUE,
        lead_id      uuid NOT NULL,
        agent_id     uuid NOT NULL REFERENCES wallet (agent_id),
        quote_id     uuid NOT NULL,
        price_cents  bigint NOT NULL CHECK (price_cents > 0),
        status       text NOT NULL CHECK (status IN ('CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED')),
        is_test      boolean NOT NULL,
        captured_at  timestamptz(3) NOT NULL,
        FOREIGN KEY (hold_id, price_cents) REFERENCES hold (id, price_cents),
        FOREIGN KEY (quote_id, price_cents) REFERENCES quote (id, price_cents)
      );
      CREATE INDEX charge_agent_id ON charge (agent_id, id DESC);
      CREATE INDEX charge_lead_id ON charge (lead_id, id DESC);

      CREATE TABLE journal_entry (
        id                 uuid PRIMARY KEY,
        kind               text NOT NULL CHECK (kind IN ('CREDIT', 'CHARGE', 'REVERSAL')),
        description        text NOT NULL,
        charge_id          uuid UNIQUE REFERENCES charge (id),
        reverses_entry_id  uuid UNIQUE REFERENCES journal_entry (id),
        actor_kind         text NOT NULL,
        actor_sub          text NOT NULL,
        booked_at          timestamptz(3) NOT NULL,
        CHECK ((kind = 'CHARGE') = (charge_id IS NOT NULL)),
        CHECK ((kind = 'REVERSAL') = (reverses_entry_id IS NOT NULL))
      );

      CREATE TABLE posting (
        entry_id      uuid NOT NULL REFERENCES journal_entry (id),
        account_id    uuid NOT NULL REFERENCES ledger_account (id),
        amount_cents  bigint NOT NULL CHECK (amount_cents <> 0),
        PRIMARY KEY (entry_id, account_id)
      );
      CREATE INDEX posting_account_id ON posting (account_id, entry_id DESC) INCLUDE (amount_cents);
      COMMENT ON COLUMN posting.amount_cents IS 'a debit is positive, a credit negative';

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
      END $$;
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON journal_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON journal_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
      CREATE TRIGGER immutable BEFORE UPDATE ON quote FOR EACH ROW EXECUTE FUNCTION refuse_change();

      CREATE FUNCTION check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        entry uuid := CASE TG_TABLE_NAME WHEN 'posting' THEN to_jsonb(NEW) ->> 'entry_id' ELSE to_jsonb(NEW) ->> 'id' END;
        total numeric;
        postings int;
      BEGIN
        SELECT COALESCE(sum(amount_cents), 0), count(*) INTO total, postings FROM posting WHERE entry_id = entry;
        IF total <> 0 OR postings < 2 THEN
          RAISE EXCEPTION 'journal entry % has % postings that add up to %', entry, postings, total
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_entry_balanced';
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON journal_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_balanced();
      CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON posting
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_balanced();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE posting, journal_entry, charge, hold, offer_projection, wallet, ledger_account, quote, lead_projection;
      DROP FUNCTION check_balanced, refuse_change;
    `);
  }
}
