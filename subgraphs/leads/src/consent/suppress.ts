import { DomainError, inTransaction } from '@leadgraph/kit';
import type { ContactChannel } from '@leadgraph/schema';
import type { DataSource, EntityManager } from 'typeorm';
import type { LeadsTools } from '../leadsTools.js';
import type { LeadStatus } from '../lifecycle/leadStatus.js';
import { readSourceAndSuppressions } from '../store/factSourcesStore.js';
import { readConsent } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';
import { lockLeadsOfPerson, putSuppression } from '../store/suppressionStore.js';
import type { SuppressionRow } from '../store/suppressionTable.js';
import { withdrawLead } from './revokeConsent.js';

/** Statuses in which a lead may still be sold. */
const stillForSale: readonly LeadStatus[] = [
  'VALIDATED',
  'QUALIFYING',
  'QUALIFIED',
  'NEEDS_REVIEW',
  'ROUTING',
  'OFFERED',
  'QUEUED',
  'UNSOLD',
  'RETURNED',
];

export interface SuppressionRequest {
  phone: string | null;
  email: string | null;
  channels: readonly ContactChannel[];
  reason: string;
}

/**
 * Takes a phone and/or an email address off channels: PHONE and SMS need the phone, EMAIL the address. Leads of this person that are still for
 * sale and have no channel left that the person agreed to are withdrawn. Asking again changes nothing.
 * BAD_USER_INPUT when what a channel needs is not given.
 */
export async function suppress(
  db: DataSource,
  tools: LeadsTools,
  request: SuppressionRequest,
): Promise<SuppressionRow[]> {
  const phoneHash = tools.hasher.phone(request.phone);
  const emailHash = tools.hasher.email(request.email);
  const wanted = [...new Set(request.channels)].map((channel) => {
    const hash = channel === 'EMAIL' ? emailHash : phoneHash;
    if (hash) return { channel, hash };
    const field = channel === 'EMAIL' ? 'email' : 'phone';
    throw new DomainError('BAD_USER_INPUT', `Give the ${field} that is to be suppressed on ${channel}.`, { field });
  });
  if (wanted.length === 0) throw new DomainError('BAD_USER_INPUT', 'Name at least one channel.', { field: 'channels' });
  const now = tools.clock.now();
  return inTransaction(db, async (tx) => {
    const rows: SuppressionRow[] = [];
    for (const { channel, hash } of wanted) {
      rows.push(await putSuppression(tx, { channel, hash, reason: request.reason, at: now }));
    }
    const leads = await lockLeadsOfPerson(tx, { phoneHash, emailHash, statuses: stillForSale });
    for (const lead of leads) await withdrawIfUnreachable(tools, tx, lead);
    return rows;
  });
}

async function withdrawIfUnreachable(tools: LeadsTools, tx: EntityManager, lead: LeadRow): Promise<void> {
  const consent = await readConsent(tx, lead.id);
  const { suppressedChannels } = await readSourceAndSuppressions(tx, lead, tools.limits.qualityNeeds);
  const open = consent?.channels.filter(
    (channel) => !suppressedChannels.includes(channel) && (channel === 'EMAIL' ? lead.emailHash : lead.phoneHash),
  );
  if (open?.length === 0) await withdrawLead(tools, tx, lead, 'suppressed on every channel');
}
