import { rebuildRollup } from '@leadgraph/kit';
import type { EntityManager } from 'typeorm';
import { readRowsSince } from '../store/detachedMonths.js';
import { funnel, funnelRows, money, moneyRows, speedRows, speedToLead } from './rollups.js';

/** Counts the reports of leads anew from the rows, in one transaction; months whose partitions were detached keep what was counted of them. */
export async function rebuildReports(tx: Pick<EntityManager, 'query'>): Promise<void> {
  const from = await readRowsSince(tx);
  await rebuildRollup(tx, funnel, funnelRows, from);
  await rebuildRollup(tx, speedToLead, speedRows, from);
  await rebuildRollup(tx, money, moneyRows, from);
}
