import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, migrate, type StoreOptions } from '../store/dataSource.js';
import { uuidv7 } from '../uuid.js';
import { readTestServices } from './testServices.js';

export interface TestDatabase {
  readonly url: string;
  readonly db: DataSource;
  /** Closes the connections and drops the database. */
  drop(): Promise<void>;
}

/** A database of its own on the test run's PostgreSQL, migrated. Without migrations it is left empty and `db` is not migrated. */
export async function createTestDatabase(
  options: Pick<StoreOptions, 'entities' | 'migrations'> & { poolSize?: number },
): Promise<TestDatabase> {
  const { postgresUrl } = readTestServices();
  const name = `test_${uuidv7().replaceAll('-', '')}`;
  await asSuperuser(postgresUrl, `CREATE DATABASE ${name}`);
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  const db = createDataSource({ poolSize: 6, acquireTimeoutMs: 10_000, ...options, url: url.href, name });
  await db.initialize();
  await migrate(db);
  return {
    url: url.href,
    db,
    async drop() {
      if (db.isInitialized) await db.destroy();
      await asSuperuser(postgresUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function asSuperuser(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
