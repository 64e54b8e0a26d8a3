import { defineSweeper, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';

const BATCH = 1_000;

/** Takes out what no longer serves after 30 days: ended jobs (their qualifications stay) and cached answers. */
export function purgeSweepers(db: DataSource): Sweeper[] {
  return [
    purge(
      db,
      'purge-qualification-jobs',
      'qualification_job',
      'id',
      "status IN ('COMPLETED', 'FAILED') AND updated_at",
    ),
    purge(db, 'purge-llm-cache', 'llm_cache', 'input_hash', 'created_at'),
  ];
}

function purge(db: DataSource, name: string, table: string, key: string, since: string): Sweeper {
  return defineSweeper({
    name,
    everyMs: 600_000,
    async run() {
      const [, deleted]: [unknown[], number] = await db.query(
        `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${since} < now() - interval '30 days' LIMIT $1)`,
        [BATCH],
      );
      return { finished: deleted, more: deleted === BATCH };
    },
  });
}
