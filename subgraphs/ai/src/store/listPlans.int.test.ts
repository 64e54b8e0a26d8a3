import {
  createTestDatabase,
  faultsOf,
  numberedId,
  numberedIdSql,
  type TestDatabase,
  timedId,
} from '@leadgraph/kit/testing';
import type { EntityManager } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aiStore } from './aiDataSource.js';
import { findJobs } from './jobs.js';
import { findLeads } from './leadProjections.js';
import { latestQualifications, recentQualifications } from './qualifications.js';

const LEADS = 10_000;
const PAGE = 20;
/** Qualifications of each lead. */
const EACH = 4;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase(aiStore);
  const { db } = database;
  await db.query(
    `INSERT INTO lead_projection (lead_id, version, status, facts) SELECT ${numberedIdSql('1', 'n')}, 1, 'ACTIVE', '{}' FROM generate_series(0, $1::int - 1) AS n`,
    [LEADS],
  );
  await db.query(
    `INSERT INTO qualification (id, lead_id, score, tier, decision, reasons, missing_fields, next_action, confidence, engine, prompt_version, input_hash,
       prompt_tokens, completion_tokens, cost_micros, latency_ms, cached, created_at)
     SELECT ${timedId(`now() - ($1::int - n) * interval '10 seconds'`, 'n')}, ${numberedIdSql('1', 'n % $2::int')}, 70, 'WARM', 'QUALIFIED', '[]', '{}', 'CALL_NOW', 1, 'SCORECARD', '1', '', 0, 0, 0, 0, false, now()
     FROM generate_series(0, $1::int - 1) AS n`,
    [LEADS * EACH, LEADS],
  );
  await db.query(
    `INSERT INTO qualification_job (id, lead_id, status) SELECT ${numberedIdSql('0', 'n')}, ${numberedIdSql('1', 'n')}, CASE WHEN n % 500 = 1 THEN 'QUEUED' ELSE 'COMPLETED' END
     FROM generate_series(0, $1::int - 1) AS n`,
    [LEADS],
  );
  await db.query('VACUUM (ANALYZE)');
}, 120_000);
afterAll(() => database.drop());

describe("the plans of ai's reads, for many leads at once", () => {
  const leads = Array.from({ length: PAGE }, (_, index) => numberedId('1', index * 7));
  const jobs = Array.from({ length: PAGE }, (_, index) => numberedId('0', index * 7));

  it.each<[string, { sorts: number; reads: number }, (em: EntityManager) => Promise<unknown[]>]>([
    ['the newest qualifications', { sorts: PAGE, reads: 5 * PAGE }, (em) => latestQualifications(em, leads)],
    ['their history', { sorts: PAGE * EACH, reads: 5 * PAGE * EACH }, (em) => recentQualifications(em, leads, 10)],
    ['a slice of it', { sorts: PAGE * 2, reads: 5 * PAGE * 2 }, (em) => recentQualifications(em, leads, 2)],
    ['jobs', { sorts: 0, reads: 3 * PAGE }, (em) => findJobs(em, jobs)],
    ['facts', { sorts: 0, reads: 3 * PAGE }, (em) => findLeads(em, leads)],
  ])('%s', async (_, limits, read) => {
    expect((await read(database.db.manager)).length).toBeGreaterThan(0);
    expect(await faultsOf(database.db, limits, () => read(database.db.manager))).toEqual([]);
  });
});
