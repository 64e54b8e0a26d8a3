import { defineSweeper, inTransaction, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { ensureMonthPartitions } from '../store/monthPartitions.js';

const HOUR_MS = 3_600_000;

/** Makes the partitions of the coming months ahead of time. Several processes may try at once: one makes them, the others wait and find them. */
export function monthPartitionsSweeper(db: DataSource, tools: LeadsTools): Sweeper {
  return defineSweeper({
    name: 'month-partitions',
    everyMs: HOUR_MS,
    run: () =>
      inTransaction(db, async (tx) => {
        // attaching must not queue behind a long read, or every later query of the table queues behind it
        await tx.query(`SET LOCAL lock_timeout = '3s'`);
        await tx.query(`SELECT pg_advisory_xact_lock(hashtext('leads month partitions'))`);
        return (await ensureMonthPartitions(tx, tools.clock.now())).length;
      }),
  });
}
