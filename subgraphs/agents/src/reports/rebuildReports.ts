import { rebuildRollup } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { acceptRows, acceptSpeed, leaderboard, leaderboardRows } from './rollups.js';

/** Counts the reports of agents anew from the rows, in one transaction. */
export async function rebuildReports(tx: Pick<EntityManager, 'query'>): Promise<void> {
  await rebuildRollup(tx, leaderboard, leaderboardRows);
  await rebuildRollup(tx, acceptSpeed, acceptRows);
}
