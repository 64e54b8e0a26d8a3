import { createDataSource, inLongTransaction } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { readLeadsDatabaseUrl } from './config.js';
import { rebuildReports } from './reports/rebuildReports.js';
import { detachMonth } from './store/detachMonth.js';
import { leadsStore } from './store/leadsStore.js';

const USAGE = `npm run leads:maintain -- rebuild-reports        count the reports of leads anew from the rows; when it is quiet: changes of leads that wait for it longer than 5 s are refused, retryable
npm run leads:maintain -- detach YYYY-MM          take a month's leads and timelines out of the store, into tables of their own`;

const [command, month] = process.argv.slice(2);
if (command !== 'rebuild-reports' && !(command === 'detach' && /^\d{4}-(0[1-9]|1[0-2])$/.test(month ?? ''))) {
  console.error(USAGE);
  process.exit(2);
}
let db: DataSource | undefined;
try {
  db = createDataSource({
    ...leadsStore,
    url: readLeadsDatabaseUrl(),
    name: 'leads-maintenance',
    poolSize: 1,
    acquireTimeoutMs: 5_000,
  });
  await db.initialize();
  if (command === 'rebuild-reports') {
    await rebuildReports(db);
    console.log('The reports of leads are counted anew.');
  } else {
    const tables = await inLongTransaction(db, (tx) => detachMonth(tx, new Date(`${month}-01T00:00:00Z`), new Date()));
    console.log(`Detached. Archive or drop these tables: ${tables.join(', ')}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  if (db?.isInitialized) await db.destroy();
}
