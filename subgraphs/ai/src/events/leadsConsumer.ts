import { defineConsumer } from '@leadgraph/kit';
import type { Qualifier } from '../qualify/qualifier.js';
import { queueJob } from '../qualify/queueJob.js';
import { stopOpenJob } from '../store/jobs.js';
import { upsertLead, withdrawLead } from '../store/leadProjections.js';
import { latestQualifications } from '../store/qualifications.js';
import { announceJob } from '../worker/announceJob.js';
import { emitCompleted } from '../worker/completeJob.js';
import type { JobSignals } from '../worker/jobSignals.js';

/** What ai does on leads' events. */
export function leadsConsumer({ qualifier, signals }: { qualifier: Qualifier; signals: JobSignals }) {
  return defineConsumer({
    from: 'leads',
    handlers: {
      /**
       * Queues a job. The same event comes again when leads waited too long for the answer: if there is one for the same input it is told again,
       * if a job is open nothing is to be done.
       */
      'leads.lead.validated': async (tx, message) => {
        const { lead: facts } = message.payload;
        const lead = await upsertLead(tx, facts, leadVersion(message));
        if (lead.status === 'WITHDRAWN' || !lead.facts) return;
        const [latest] = await latestQualifications(tx, [facts.leadId]);
        if (latest && latest.inputHash === qualifier.hashOf(lead.facts)) return emitCompleted(tx, latest);
        await queueJob(tx, facts.leadId, { signals });
      },
      /** Stops what is under way; the facts are forgotten. */
      'leads.lead.withdrawn': async (tx, message) => {
        const { leadId } = message.payload;
        await withdrawLead(tx, leadId, leadVersion(message));
        const stopped = await stopOpenJob(tx, leadId, 'LEAD_WITHDRAWN');
        if (stopped) await announceJob(tx, 'ai.qualification.failed', stopped, { reason: 'LEAD_WITHDRAWN' });
      },
    },
  });
}

function leadVersion(message: { entities: readonly { __typename: string; version: number }[] }): number {
  const lead = message.entities.find((entity) => entity.__typename === 'Lead') ?? message.entities[0];
  return lead?.version ?? 0;
}
