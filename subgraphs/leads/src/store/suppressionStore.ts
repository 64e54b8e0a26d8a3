import { uuidv7 } from '@leadgraph/kit';
import type { ContactChannel } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadStatus } from '../lifecycle/leadStatus.js';
import { LeadRow } from './leadTable.js';
import { SuppressionRow } from './suppressionTable.js';

/** Suppresses a hash on a channel. One that is suppressed already stays as it is and is answered. */
export async function putSuppression(
  tx: EntityManager,
  wanted: { hash: Buffer; channel: ContactChannel; reason: string; at: Date },
): Promise<SuppressionRow> {
  const { hash, channel, reason, at } = wanted;
  await tx.query(
    'INSERT INTO suppression (id, hash, channel, reason, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [uuidv7(at.getTime()), hash, channel, reason, at],
  );
  return tx
    .createQueryBuilder(SuppressionRow, 'suppression')
    .where('suppression.hash = :hash AND suppression.channel = :channel', { hash, channel })
    .getOneOrFail();
}

/** Leads of a person (by hashes) in one of these statuses, locked in the order of their ids. */
export function lockLeadsOfPerson(
  tx: EntityManager,
  person: { phoneHash: Buffer | null; emailHash: Buffer | null; statuses: readonly LeadStatus[] },
): Promise<LeadRow[]> {
  return tx
    .createQueryBuilder(LeadRow, 'lead')
    .setLock('pessimistic_write')
    .where('(lead.phoneHash = :phoneHash OR lead.emailHash = :emailHash)', person)
    .andWhere('lead.status = ANY(:statuses)', { statuses: person.statuses })
    .orderBy('lead.id')
    .limit(500)
    .getMany();
}
