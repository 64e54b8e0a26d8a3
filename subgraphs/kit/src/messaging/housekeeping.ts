import type { DataSource } from 'typeorm';
import type { Sweeper } from '../background/loop.js';

const BATCH = 5_000;

/**
 * Takes out what no longer serves: inbox rows older than the streams keep their messages (7 days, plus one for replays), and
 * idempotency keys after 30 days.
 */
export function housekeeping(db: DataSource): Sweeper[] {
  const purge = (name: string, sql: string): Sweeper => ({
    name,
    everyMs: 600_000,
    async run() {
      const [, deleted]: [unknown[], number] = await db.query(sql, [BATCH]);
      return { finished: deleted, more: deleted === BATCH };
    },
  });
  return [
    purge(
      'purge-inbox',
      `DELETE FROM inbox WHERE message_id IN (SELECT message_id FROM inbox WHERE handled_at < now() - interval '8 days' LIMIT $1)`,
    ),
    purge(
      'purge-idempotency-keys',
      `DELETE FROM idempotency_key WHERE (operation, caller, key) IN
         (SELECT operation, caller, key FROM idempotency_key WHERE created_at < now() - interval '30 days' LIMIT $1)`,
    ),
  ];
}
