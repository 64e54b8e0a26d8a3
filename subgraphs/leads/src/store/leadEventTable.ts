import { isUuid } from '@leadgraph/kit';
import type { Actor } from '@leadgraph/schema';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LeadStatus } from '../lifecycle/leadStatus.js';

export const leadEventTypes = ['STATUS_CHANGED', 'RESCORED', 'SOLD_AGAIN', 'QUALIFICATION_ASKED_AGAIN'] as const;
export type LeadEventType = (typeof leadEventTypes)[number];

/** An entry of a lead's timeline: append-only, one for each version. Partitioned like `lead`, on the lead's id. */
@Entity('lead_event')
export class LeadEventRow {
  @PrimaryColumn('uuid', { name: 'lead_id' })
  leadId: string;

  @PrimaryColumn('int')
  version: number;

  @Column('text')
  type: LeadEventType;

  @Column({ type: 'timestamptz', name: 'occurred_at', precision: 3 })
  occurredAt: Date;

  @Column('text', { name: 'from_status', nullable: true })
  fromStatus: LeadStatus | null;

  @Column('text', { name: 'to_status', nullable: true })
  toStatus: LeadStatus | null;

  /** Why, as a code or a sentence; no personal data. */
  @Column('text', { nullable: true })
  reason: string | null;

  @Column('text', { name: 'actor_kind' })
  actorKind: Actor['kind'];

  @Column('text', { name: 'actor_sub' })
  actorSub: string;

  /** Facts of the step, such as the score or the offer; no personal data. */
  @Column('jsonb')
  data: Record<string, unknown>;
}

/** What an entry is called outside: by its lead and the lead's version after it. */
export function leadEventId({ leadId, version }: Pick<LeadEventRow, 'leadId' | 'version'>): string {
  return `${leadId}:${version}`;
}

/** The lead and version of an entry's id; null for what is none. */
export function parseLeadEventId(id: string): Pick<LeadEventRow, 'leadId' | 'version'> | null {
  const [, leadId = '', version = ''] = /^([^:]+):(\d{1,9})$/.exec(id) ?? [];
  return isUuid(leadId) ? { leadId, version: Number(version) } : null;
}
