import { DomainError, type Identity, inTransaction, isUuid, notFound } from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { actsFor } from '../intake/ownSource.js';
import type { LeadsTools } from '../leadsTools.js';
import { changeLead, unchanged } from '../lifecycle/changeLead.js';
import { canBecome } from '../lifecycle/leadStatus.js';
import { markConsentRevoked } from '../store/consentStore.js';
import { lockLead } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';
import { readSource } from '../store/sourceStore.js';

/**
 * Revokes the consent of a lead: it is WITHDRAWN, its live offers are cancelled by agents, and who buys it from now on does not see the
 * contact any more. Revoking again changes nothing. NOT_FOUND for a partner whose lead it is not; CONFLICT for an erased lead.
 */
export async function revokeConsent(
  db: DataSource,
  tools: LeadsTools,
  identity: Identity,
  request: { leadId: string; reason: string },
): Promise<LeadRow> {
  return inTransaction(db, async (tx) => {
    const lead = isUuid(request.leadId) ? await lockLead(tx, request.leadId) : null;
    const source = lead && (await readSource(tx, lead.sourceId));
    if (!lead || !source || !actsFor(identity, source.partner)) throw notFound('Lead', request.leadId);
    if (lead.status === 'WITHDRAWN') return unchanged(tx, lead);
    if (!canBecome(lead.status, 'WITHDRAWN')) {
      throw new DomainError('CONFLICT', 'This lead is erased; there is no consent left to revoke.', {
        field: 'leadId',
      });
    }
    return withdrawLead(tools, tx, lead, request.reason);
  });
}

/** Withdraws a lead whose row is locked: its consent is dead from now on. */
export async function withdrawLead(
  tools: LeadsTools,
  tx: EntityManager,
  lead: LeadRow,
  reason: string,
): Promise<LeadRow> {
  await markConsentRevoked(tx, lead.id, reason, tools.clock.now());
  return changeLead(tools, tx, lead, {
    to: 'WITHDRAWN',
    reason,
    set: { retryAt: null },
    announce: ({ id }) => ({ type: 'leads.lead.withdrawn', payload: { leadId: id, reason: 'CONSENT_REVOKED' } }),
  });
}
