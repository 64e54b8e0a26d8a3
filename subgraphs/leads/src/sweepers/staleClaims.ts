import { defineSweeper, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { purgeStaleClaims } from '../store/staleClaims.js';

const TEN_MINUTES_MS = 600_000;
const BATCH = 5_000;

/** Takes out fingerprints and contact claims that are too old to stand against anything: personal hashes are not kept for nothing. */
export function staleClaimsSweeper(db: DataSource, tools: LeadsTools): Sweeper {
  return defineSweeper({
    name: 'stale-claims',
    everyMs: TEN_MINUTES_MS,
    async run() {
      const now = tools.clock.now().getTime();
      const finished = await purgeStaleClaims(db, {
        payloadsBefore: new Date(now - tools.limits.replayWithinMs),
        contactsBefore: new Date(now - tools.limits.duplicateWithinMs),
        most: BATCH,
      });
      return { finished, more: finished >= BATCH };
    },
  });
}
