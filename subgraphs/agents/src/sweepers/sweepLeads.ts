import { inTransaction, type Swept, sweepEach } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { AgentsRules } from '../agentsRules.js';
import { LeadCase } from '../offers/leadCase.js';

export const SWEEP_BATCH = 100;

/**
 * Opens each of the leads that a sweeper found, one transaction a lead, and lets `act` do what is due; true means that it did something. What
 * another process is at is left to it. `act` must look at the state again, since it may have changed after it was found.
 */
export async function sweepLeads(
  db: DataSource,
  found: { leadId: string }[],
  tools: { rules: AgentsRules; signal: AbortSignal },
  act: (leadCase: LeadCase) => Promise<boolean>,
): Promise<Swept> {
  const leadIds = new Set(found.map((row) => row.leadId));
  const { finished, failures } = await sweepEach(leadIds, tools.signal, (leadId) =>
    inTransaction(db, async (tx) => {
      const leadCase = await LeadCase.tryOpen(tx, leadId, tools.rules);
      if (!leadCase || !(await act(leadCase))) return false;
      await leadCase.save();
      return true;
    }),
  );
  // A batch in which nothing could be done is not asked for again at once: others are at it.
  return { finished, failures, more: found.length >= SWEEP_BATCH && finished > 0 };
}
