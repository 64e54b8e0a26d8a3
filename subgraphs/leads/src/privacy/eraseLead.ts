import { inTransaction, isUuid, notFound } from '@leadgraph/kit';
import type { DataSource } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import { changeLead, unchanged } from '../lifecycle/changeLead.js';
import { markConsentRevoked } from '../store/consentStore.js';
import { forgetPerson } from '../store/erasureStore.js';
import { lockLead } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';

/**
 * Erases the person of a lead for good: the data key goes, so that nothing encrypted with it, in backups too, can be read again, and with it
 * the keyed hashes, but for those of suppressions. The lead stays as a fact without a person. Erasing again changes nothing.
 */
export async function eraseLead(
  db: DataSource,
  tools: LeadsTools,
  request: { leadId: string; reason: string },
): Promise<LeadRow> {
  return inTransaction(db, async (tx) => {
    const lead = isUuid(request.leadId) ? await lockLead(tx, request.leadId) : null;
    if (!lead) throw notFound('Lead', request.leadId);
    if (lead.status === 'ERASED') return unchanged(tx, lead);
    const { reason } = request;
    await markConsentRevoked(tx, lead.id, reason, tools.clock.now());
    await forgetPerson(tx, lead);
    return changeLead(tools, tx, lead, {
      to: 'ERASED',
      reason,
      set: {
        keyId: null,
        wrappedKey: null,
        sealed: null,
        phoneHash: null,
        emailHash: null,
        householdId: null,
        externalId: null,
        city: null,
        retryAt: null,
      },
      announce: ({ id }) => ({
        type: 'leads.lead.withdrawn',
        kind: 'ERASED',
        payload: { leadId: id, reason: 'ERASED' },
      }),
    });
  });
}
