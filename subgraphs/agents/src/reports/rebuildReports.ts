import { inLongTransaction, rebuildRollup } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { acceptRows, acceptSpeed, leaderboard, leaderboardRows } from './rollups.js';

/** Counts the reports of agents anew from the rows, each in a transaction of its own. */
export async function rebuildReports(db: DataSource): Promise<void> {
  await inLongTransaction(db, (tx) => rebuildRollup(tx, leaderboard, leaderboardRows));
  await inLongTransaction(db, (tx) => rebuildRollup(tx, acceptSpeed, acceptRows));
}
