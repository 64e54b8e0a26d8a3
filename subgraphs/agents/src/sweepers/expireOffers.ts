import { defineSweeper, type Sweeper } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { continueRouting } from '../routing/continueRouting.js';
import { findExpired } from '../store/dueStore.js';
import { SWEEP_BATCH, sweepLeads } from './sweepLeads.js';

/** Ends the offers whose window is over and lets their leads go on. */
export function expireOffers(db: DataSource, rules: AgentsRules): Sweeper {
  return defineSweeper({
    name: 'expire-offers',
    everyMs: rules.settings.expirySweepMs,
    async run(signal) {
      const found = await findExpired(db, rules.clock.now(), SWEEP_BATCH);
      return sweepLeads(db, found, { rules, signal }, async (leadCase) => {
        const due = leadCase
          .waiting()
          .filter(({ status, expiresAt }) => status === 'OFFERED' && expiresAt !== null && expiresAt <= leadCase.now);
        for (const offer of due) {
          leadCase.move(offer, 'EXPIRED');
          leadCase.announceOffer('agents.offer.expired', offer, {});
        }
        if (due.length > 0) await continueRouting(leadCase);
        return due.length > 0;
      });
    },
  });
}
