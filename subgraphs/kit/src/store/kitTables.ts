import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The number of outbox partitions: the most relays that can share the work. Changing it needs an empty outbox. */
export const OUTBOX_PARTITIONS = 16;

/** The tables that every subgraph's messaging and idempotency stand on. Comes first among a subgraph's migrations. */
export class KitTables1700000000000 implements MigrationInterface {
  readonly name = 'KitTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        position    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id          uuid NOT NULL UNIQUE,
        partition   smallint NOT NULL,
        order_key   text NOT NULL,
        subject     text NOT NULL,
        message     jsonb NOT NULL,
        request_id  text NOT NULL,
        created_at  timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX outbox_partition_position ON outbox (partition, position);

      CREATE TABLE relay_lease (
        partition   smallint PRIMARY KEY,
        owner       uuid,
        fencing     bigint NOT NULL DEFAULT 0,
        expires_at  timestamptz NOT NULL DEFAULT '-infinity'
      );
      INSERT INTO relay_lease (partition) SELECT generate_series(0, ${OUTBOX_PARTITIONS - 1});

      CREATE TABLE inbox (
        message_id  uuid PRIMARY KEY,
        type        text NOT NULL,
        handled_at  timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX inbox_handled_at ON inbox (handled_at);

      CREATE TABLE idempotency_key (
        operation   text NOT NULL,
        caller      text NOT NULL,
        key         text NOT NULL,
        body_hash   text NOT NULL,
        answer      jsonb NOT NULL,
        created_at  timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (operation, caller, key)
      );
      CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key, inbox, relay_lease, outbox');
  }
}

/** What an answer changed is kept with it. */
export class ChangesOfAnswers1765100000000 implements MigrationInterface {
  readonly name = 'ChangesOfAnswers1765100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE idempotency_key ADD COLUMN changed jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE idempotency_key DROP COLUMN changed');
  }
}
