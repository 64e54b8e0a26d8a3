import { eventWrites, noteChanged, type OutgoingEvent, type Write, writeTogether } from '@leadgraph/kit';
import type { EventType } from '@leadgraph/schema';
import type { EntityManager } from 'typeorm';
import type { LeadLimits } from '../config.js';
import type { LeadsTools } from '../leadsTools.js';
import { leadCounts, type Money } from '../reports/leadCounts.js';
import { type LeadEventType, leadEventId } from '../store/leadEventTable.js';
import { leadUpdate, type TimelineEntry, timelineInsert } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';
import { canBecome, type LeadStatus } from './leadStatus.js';
import { stagesAt } from './stages.js';

type LeadEventName = Extract<EventType, `leads.lead.${string}`>;
/** An event of a lead without what is the same for all of them. */
export type LeadAnnouncement = {
  [T in LeadEventName]: Pick<OutgoingEvent<T>, 'type' | 'payload' | 'kind'>;
}[LeadEventName];

export interface LeadChange {
  /** The new status; left out when only fields change. */
  to?: LeadStatus;
  type?: LeadEventType;
  reason: string | null;
  set?: Partial<LeadRow>;
  /** Facts for the timeline; no personal data. */
  data?: Record<string, unknown>;
  /** What it brings or costs, for the reports. */
  money?: Money;
  announce: (changed: LeadRow) => LeadAnnouncement;
}

/**
 * Changes a lead whose row the transaction has locked: version + 1, an entry in its timeline, and its event, all in this transaction.
 * Throws when the status machine has no such step; check with `canBecome` first where the step may be too late.
 */
export async function changeLead(
  tools: LeadsTools,
  tx: EntityManager,
  lead: LeadRow,
  change: LeadChange,
): Promise<LeadRow> {
  const { to } = change;
  if (to !== undefined && !canBecome(lead.status, to)) throw new Error(`a lead cannot go from ${lead.status} to ${to}`);
  const now = tools.clock.now();
  const changes: Partial<LeadRow> = {
    ...change.set,
    version: lead.version + 1,
    ...(to !== undefined && { status: to, statusChangedAt: now, dueAt: dueAtOf(to, now, tools.limits) }),
  };
  const sold = (changes.soldCount ?? lead.soldCount) > 0;
  const stages = lead.stages | (to === undefined ? 0 : stagesAt(to)) | (sold ? stagesAt('SOLD') : 0);
  if (stages !== lead.stages) changes.stages = stages;
  const changed: LeadRow = { ...lead, ...changes };
  const { version } = changed;
  const type = change.type ?? 'STATUS_CHANGED';
  const { reason, data } = change;
  const entry: TimelineEntry = { version, type, from: lead.status, to: to ?? null, reason, ...(data && { data }) };
  await writeTogether(tx, [
    leadUpdate(tx, lead.id, changes),
    timelineInsert(tx, lead, [entry], now),
    ...leadCounts(changed, { before: lead.stages, now, money: change.money }),
    ...announcementWrites(tx, changed, change.announce(changed), { occurredAt: now }),
  ]);
  return changed;
}

/** A lead that is asked to become what it is already: whoever asks again may not have been answered the first time, and is to read it as it is. */
export function unchanged(tx: EntityManager, lead: LeadRow): LeadRow {
  noteChanged(tx, [{ __typename: 'Lead', key: lead.id, version: lead.version }]);
  return lead;
}

/** Emits an event of a lead by itself. */
export function announceLead(...announcement: Parameters<typeof announcementWrites>): Promise<void> {
  return writeTogether(announcement[0], announcementWrites(...announcement));
}

/**
 * Emits an event of a lead, whose subject ends in the lead's id; events of one lead keep their order. Names the entry of the timeline that it is about, unless
 * nothing happened (`again`): then it is for the other subgraphs, and subscribers, who follow the entries, do not get it twice.
 */
export function announcementWrites(
  tx: EntityManager,
  lead: Pick<LeadRow, 'id' | 'version' | 'line' | 'state' | 'sourceId' | 'isTest'>,
  { type, payload, kind = kindOf(type) }: LeadAnnouncement,
  { occurredAt, again = false }: { occurredAt: Date; again?: boolean },
): Write[] {
  const { id, version, line, state, sourceId, isTest } = lead;
  const event = {
    type,
    // Always there, so that subscribers can filter by it.
    kind,
    payload: { lead: { line, state, sourceId, isTest }, ...payload },
    partitionKey: id,
    entities: [
      { __typename: 'Lead', key: id, version },
      ...(again ? [] : [{ __typename: 'LeadEvent', key: leadEventId({ leadId: id, version }), version }]),
    ],
    occurredAt,
  } as OutgoingEvent<LeadEventName>;
  return eventWrites(tx, [event]);
}

function kindOf(type: LeadEventName): string {
  return type.slice('leads.lead.'.length).toUpperCase();
}

/** When the sweeper has to look at a lead that entered a status; null where another subgraph or a person has the next step. */
export function dueAtOf(status: LeadStatus, now: Date, limits: LeadLimits): Date | null {
  if (status === 'VALIDATED' || status === 'QUALIFYING') return new Date(now.getTime() + limits.stuckAfterMs);
  if (status === 'UNSOLD') return new Date(now.getTime() + limits.unsoldExpiresAfterMs);
  return null;
}
