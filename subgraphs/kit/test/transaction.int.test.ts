import { expect, it, onTestFinished } from 'vitest';
import { createDataSource } from '../src/store/dataSource.js';
import { databaseErrorCode, inLongTransaction, inTransaction } from '../src/store/transaction.js';
import { createTestDatabase } from '../src/testing/index.js';

it('work that takes long is not cut off by the limit for the statements of requests', async () => {
  const store = { entities: [], migrations: [] };
  const database = await createTestDatabase(store);
  onTestFinished(() => database.drop());
  const url = `${database.url}?options=-c%20statement_timeout%3D100`;
  const db = createDataSource({ ...store, url, name: 'test', poolSize: 1, acquireTimeoutMs: 5_000 });
  await db.initialize();
  onTestFinished(() => db.destroy());
  const sleep = (tx: { query(sql: string): Promise<unknown> }) => tx.query('SELECT pg_sleep(0.3)');
  expect(databaseErrorCode(await inTransaction(db, sleep).catch((error: unknown) => error))).toBe('57014');
  await inLongTransaction(db, sleep);
  expect(databaseErrorCode(await inTransaction(db, sleep).catch((error: unknown) => error))).toBe('57014');
});
