import { createDataSource } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { readAgentsDatabaseUrl } from './config.js';
import { rebuildReports } from './reports/rebuildReports.js';
import { agentsStore } from './store/agentsStore.js';

const USAGE =
  'npm run agents:maintain -- rebuild-reports        count the leaderboard anew from the offers; when it is quiet: changes of offers that wait for it longer than 5 s are refused, retryable';

if (process.argv[2] !== 'rebuild-reports') {
  console.error(USAGE);
  process.exit(2);
}
let db: DataSource | undefined;
try {
  const url = readAgentsDatabaseUrl();
  db = createDataSource({ ...agentsStore, url, name: 'agents-maintenance', poolSize: 1, acquireTimeoutMs: 5_000 });
  await db.initialize();
  await rebuildReports(db);
  console.log('The leaderboard of agents is counted anew.');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  if (db?.isInitialized) await db.destroy();
}
