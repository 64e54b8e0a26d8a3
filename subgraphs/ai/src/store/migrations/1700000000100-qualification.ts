import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Qualification1700000000100 implements MigrationInterface {
  readonly name = 'Qualification1700000000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE lead_projection (
        lead_id       uuid PRIMARY KEY,
        -- the version of leads' entity that the facts are of
        version       bigint NOT NULL,
        status        text NOT NULL CHECK (status IN ('ACTIVE', 'WITHDRAWN')),
        -- null once the lead is withdrawn
        facts         jsonb,
        -- counts what this subgraph changed of the lead's fields: the version in its own events
        changes       integer NOT NULL DEFAULT 0,
        updated_at    timestamptz(3) NOT NULL DEFAULT now()
      );

      CREATE TABLE qualification (
        id                 uuid PRIMARY KEY,
        lead_id            uuid NOT NULL,
        score              smallint NOT NULL CHECK (score BETWEEN 0 AND 100),
        tier               text NOT NULL,
        decision           text NOT NULL,
        reasons            jsonb NOT NULL,
        missing_fields     text[] NOT NULL,
        next_action        text NOT NULL,
        confidence         real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
        engine             text NOT NULL CHECK (engine IN ('LLM', 'SCORECARD')),
        fallback_reason    text,
        model              text,
        prompt_version     text NOT NULL,
        input_hash         text NOT NULL,
        prompt_tokens      integer NOT NULL,
        completion_tokens  integer NOT NULL,
        -- millionths of a US dollar
        cost_micros        integer NOT NULL,
        latency_ms         integer NOT NULL,
        cached             boolean NOT NULL,
        created_at         timestamptz(3) NOT NULL
      );
      CREATE INDEX qualification_lead ON qualification (lead_id, id DESC);

      CREATE TABLE qualification_job (
        id                uuid PRIMARY KEY,
        lead_id           uuid NOT NULL,
        status            text NOT NULL CHECK (status IN ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED')),
        attempts          integer NOT NULL DEFAULT 0,
        -- from when a worker may take it: at once when QUEUED, at the end of the lease when RUNNING
        due_at            timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        lease_owner       uuid,
        qualification_id  uuid,
        failure           text,
        version           integer NOT NULL DEFAULT 1,
        created_at        timestamptz(3) NOT NULL DEFAULT clock_timestamp(),
        updated_at        timestamptz(3) NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX qualification_job_due ON qualification_job (due_at) WHERE status IN ('QUEUED', 'RUNNING');
      -- one open job a lead: whoever asks meanwhile gets this one
      CREATE UNIQUE INDEX qualification_job_open ON qualification_job (lead_id) WHERE status IN ('QUEUED', 'RUNNING');
      CREATE INDEX qualification_job_ended ON qualification_job (updated_at) WHERE status IN ('COMPLETED', 'FAILED');

      CREATE TABLE llm_cache (
        input_hash      text PRIMARY KEY,
        answer          jsonb NOT NULL,
        model           text NOT NULL,
        prompt_version  text NOT NULL,
        created_at      timestamptz(3) NOT NULL DEFAULT now()
      );
      CREATE INDEX llm_cache_created_at ON llm_cache (created_at);

      CREATE TABLE budget (
        day           date PRIMARY KEY,
        spent_micros  bigint NOT NULL DEFAULT 0,
        calls         integer NOT NULL DEFAULT 0
      );

      CREATE TABLE prompt_version (
        id          text PRIMARY KEY,
        text        text NOT NULL,
        schema      jsonb NOT NULL,
        created_at  timestamptz(3) NOT NULL DEFAULT now()
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE prompt_version, budget, llm_cache, qualification_job, qualification, lead_projection',
    );
  }
}
