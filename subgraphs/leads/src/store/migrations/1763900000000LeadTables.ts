import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ensureMonthPartitions } from '../monthPartitions.js';

/** The store of leads: two tables partitioned by month, and tables for what has to be unique over all months. */
export class LeadTables1763900000000 implements MigrationInterface {
  readonly name = 'LeadTables1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE source (
        id                   uuid PRIMARY KEY,
        version              int NOT NULL,
        name                 text NOT NULL,
        partner              text NOT NULL,
        pricing_type         text NOT NULL,
        pricing_cents        bigint,
        pricing_basis_points int,
        daily_cap            int,
        created_at           timestamptz(3) NOT NULL
      );
      CREATE UNIQUE INDEX source_partner_name ON source (partner, name);

      -- How many leads of a capped source were taken on a day (UTC).
      CREATE TABLE source_day (
        source_id uuid NOT NULL,
        day       date NOT NULL,
        taken     int NOT NULL,
        PRIMARY KEY (source_id, day)
      );
      -- Several slots a source, so that leads of one source do not wait for one another's transaction.
      CREATE TABLE source_counter (
        source_id uuid NOT NULL,
        slot      smallint NOT NULL,
        decided   bigint NOT NULL,
        qualified bigint NOT NULL,
        PRIMARY KEY (source_id, slot)
      );

      CREATE TABLE lead (
        id                uuid NOT NULL,
        version           int NOT NULL,
        status            text NOT NULL,
        source_id         uuid NOT NULL,
        external_id       text,
        line              text NOT NULL,
        city              text,
        state             text,
        zip               text,
        time_zone         text,
        language          text NOT NULL,
        age_band          text NOT NULL,
        details           jsonb,
        problems          jsonb,
        score             smallint,
        tier              text,
        max_sales         smallint NOT NULL,
        sold_count        smallint NOT NULL DEFAULT 0,
        duplicate_of      uuid,
        household_id      uuid,
        is_test           boolean NOT NULL,
        received_at       timestamptz(3) NOT NULL,
        status_changed_at timestamptz(3) NOT NULL,
        due_at            timestamptz(3),
        retry_at          timestamptz(3),
        routing_heard_at  timestamptz(3),
        phone_hash        bytea,
        email_hash        bytea,
        key_id            text,
        wrapped_key       bytea,
        sealed            bytea,
        PRIMARY KEY (id)
      ) PARTITION BY RANGE (id);
      CREATE INDEX lead_status ON lead (status, id);
      CREATE INDEX lead_line ON lead (line, id);
      CREATE INDEX lead_state ON lead (state, id);
      CREATE INDEX lead_source ON lead (source_id, id);
      CREATE INDEX lead_score ON lead (COALESCE(score, -1), id);
      CREATE INDEX lead_household ON lead (household_id) WHERE household_id IS NOT NULL;
      CREATE INDEX lead_phone ON lead (phone_hash) WHERE phone_hash IS NOT NULL;
      CREATE INDEX lead_email ON lead (email_hash) WHERE email_hash IS NOT NULL;
      CREATE INDEX lead_due ON lead (due_at) WHERE due_at IS NOT NULL;
      CREATE TABLE lead_default PARTITION OF lead DEFAULT;

      CREATE TABLE lead_event (
        lead_id     uuid NOT NULL,
        version     int NOT NULL,
        type        text NOT NULL,
        occurred_at timestamptz(3) NOT NULL,
        from_status text,
        to_status   text,
        reason      text,
        actor_kind  text NOT NULL,
        actor_sub   text NOT NULL,
        data        jsonb NOT NULL,
        PRIMARY KEY (lead_id, version)
      ) PARTITION BY RANGE (lead_id);
      CREATE TABLE lead_event_default PARTITION OF lead_event DEFAULT;

      CREATE TABLE consent (
        lead_id          uuid PRIMARY KEY,
        text             text NOT NULL,
        text_version     text,
        page_url         text,
        given_at         timestamptz(3) NOT NULL,
        channels         text[] NOT NULL,
        scope            text NOT NULL,
        sellers          text[] NOT NULL,
        certificate_type text NOT NULL,
        certificate_ref  text NOT NULL,
        revoked_at       timestamptz(3),
        revoked_reason   text
      );

      CREATE TABLE lead_buyer (
        offer_id    uuid PRIMARY KEY,
        lead_id     uuid NOT NULL,
        agent_id    uuid NOT NULL,
        charge_id   uuid NOT NULL,
        price_cents bigint NOT NULL,
        sale_number smallint NOT NULL,
        sold_at     timestamptz(3) NOT NULL,
        UNIQUE (lead_id, sale_number)
      );
      CREATE INDEX lead_buyer_agent ON lead_buyer (agent_id, lead_id);

      -- Unique over all months, which an index of a partitioned table cannot promise.
      CREATE TABLE lead_external_id (
        source_id   uuid NOT NULL,
        external_id text NOT NULL,
        lead_id     uuid NOT NULL,
        PRIMARY KEY (source_id, external_id)
      );
      CREATE TABLE recent_payload (
        caller      text NOT NULL,
        fingerprint text NOT NULL,
        lead_id     uuid NOT NULL,
        received_at timestamptz(3) NOT NULL,
        PRIMARY KEY (caller, fingerprint)
      );
      CREATE INDEX recent_payload_received_at ON recent_payload (received_at);
      CREATE INDEX recent_payload_lead ON recent_payload (lead_id);
      -- The lead that a person's phone or email belongs to in a line; newer ones are its duplicates for 30 days.
      CREATE TABLE contact_claim (
        hash       bytea NOT NULL,
        line       text NOT NULL,
        is_test    boolean NOT NULL,
        lead_id    uuid NOT NULL,
        claimed_at timestamptz(3) NOT NULL,
        PRIMARY KEY (hash, line, is_test)
      );
      CREATE INDEX contact_claim_lead ON contact_claim (lead_id);
      CREATE INDEX contact_claim_claimed_at ON contact_claim (claimed_at);
      CREATE TABLE household (
        hash bytea PRIMARY KEY,
        id   uuid NOT NULL
      );
      CREATE INDEX household_id ON household (id);

      CREATE TABLE suppression (
        id         uuid PRIMARY KEY,
        hash       bytea NOT NULL,
        channel    text NOT NULL,
        reason     text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        UNIQUE (hash, channel)
      );

      -- Keys of the service itself, wrapped by the master key.
      CREATE TABLE service_key (
        name    text PRIMARY KEY,
        key_id  text NOT NULL,
        wrapped bytea NOT NULL
      );
    `);
    await ensureMonthPartitions(runner, new Date());
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE service_key, suppression, household, contact_claim, recent_payload, lead_external_id, lead_buyer, consent,
        lead_event, lead, source_counter, source_day, source
    `);
  }
}
