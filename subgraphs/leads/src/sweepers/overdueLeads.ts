import { defineSweeper, inTransaction, isTransientStoreError, type Sweeper } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { readFacts } from '../facts/readFacts.js';
import type { LeadsTools } from '../leadsTools.js';
import { changeLead } from '../lifecycle/changeLead.js';
import type { LeadRow } from '../store/leadTable.js';
import { lockOverdueLead, postponeLead } from '../store/overdueStore.js';

const BATCH = 50;

/**
 * Finishes what waits too long in a state that this subgraph sweeps (lifecycle/leadStatus.ts): a lead that is VALIDATED or QUALIFYING past its
 * limit is announced to ai once more, which answers again, at doubling intervals; one that is UNSOLD past its limit expires. Each lead in a transaction of its own.
 */
export function overdueLeadsSweeper(db: DataSource, tools: LeadsTools, everyMs: number): Sweeper {
  return defineSweeper({
    name: 'overdue-leads',
    everyMs,
    async run(signal) {
      let finished = 0;
      const failures: Error[] = [];
      while (finished + failures.length < BATCH && !signal.aborted) {
        let id: string | undefined;
        try {
          await inTransaction(db, async (tx) => {
            const lead = await lockOverdueLead(tx, tools.clock.now());
            id = lead?.id;
            if (lead) await finish(tools, tx, lead);
          });
          if (id === undefined) break;
          finished += 1;
        } catch (error) {
          if (id === undefined || isTransientStoreError(error)) throw error;
          failures.push(new Error(`lead ${id} could not be finished`, { cause: error }));
          // It would be the first again, and nobody else's turn would come.
          await postponeLead(db, id, new Date(tools.clock.now().getTime() + tools.limits.askAgainWithinMs));
        }
      }
      return { finished, failures, more: finished + failures.length === BATCH };
    },
  });
}

async function finish(tools: LeadsTools, tx: EntityManager, lead: LeadRow): Promise<void> {
  if (lead.status === 'UNSOLD') {
    await changeLead(tools, tx, lead, {
      to: 'EXPIRED',
      reason: 'not sold in time',
      announce: ({ id }) => ({ type: 'leads.lead.expired', payload: { leadId: id, reason: 'NOT_SOLD_IN_TIME' } }),
    });
    return;
  }
  const facts = await readFacts(tools, tx, lead);
  const now = tools.clock.now().getTime();
  const { stuckAfterMs, askAgainWithinMs } = tools.limits;
  const waited = now - lead.statusChangedAt.getTime();
  await changeLead(tools, tx, lead, {
    type: 'QUALIFICATION_ASKED_AGAIN',
    reason: 'no qualification came in time',
    // Whatever keeps ai from answering keeps it for many leads: all of them again and again would be what it has to get through afterwards.
    set: { dueAt: new Date(now + Math.max(stuckAfterMs, Math.min(waited, askAgainWithinMs))) },
    announce: () => ({
      type: 'leads.lead.validated',
      kind: 'QUALIFICATION_ASKED_AGAIN',
      payload: { lead: facts },
    }),
  });
}
