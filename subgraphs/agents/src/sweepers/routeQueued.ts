import { defineSweeper, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { continueRouting } from '../routing/continueRouting.js';
import { findQueued } from '../store/dueStore.js';
import { SWEEP_BATCH, sweepLeads } from './sweepLeads.js';

/** Routes leads again whose time has come, with a new run of rounds. */
export function routeQueued(db: DataSource, rules: AgentsRules): Sweeper {
  return defineSweeper({
    name: 'route-queued',
    everyMs: rules.settings.queueSweepMs,
    async run(signal) {
      const found = await findQueued(db, rules.clock.now(), SWEEP_BATCH);
      return sweepLeads(db, found, { rules, signal }, async (leadCase) => {
        const { routing, now } = leadCase;
        if (routing.state !== 'QUEUED' || routing.retryAt === null || routing.retryAt > now) return false;
        routing.retryAt = null;
        routing.lastRound = routing.round + rules.settings.routing.mostRounds;
        await continueRouting(leadCase);
        return true;
      });
    },
  });
}
