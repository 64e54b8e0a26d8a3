import { inLongTransaction, rebuildRollup } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import { readRowsSince } from '../store/detachedMonths.js';
import { funnel, funnelRows, money, moneyRows, speedRows, speedToLead } from './rollups.js';

/** Counts the reports of leads anew from the rows, each in a transaction of its own; months whose partitions were detached keep what was counted of them. */
export async function rebuildReports(db: DataSource): Promise<void> {
  for (const [rollup, rows] of [
    [funnel, funnelRows],
    [speedToLead, speedRows],
    [money, moneyRows],
  ] as const)
    await inLongTransaction(db, async (tx) => rebuildRollup(tx, rollup, rows, await readRowsSince(tx)));
}
