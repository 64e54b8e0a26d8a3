import {
  DomainError,
  hashBody,
  type Identity,
  inTransaction,
  uuidv7,
  type Write,
  withIdempotency,
  writeTogether,
} from '@leadgraph/kit';
import type { DataSource, EntityManager } from 'typeorm';
import { leadFacts } from '../facts/leadFacts.js';
import type { LeadsTools } from '../leadsTools.js';
import { announcementWrites, type LeadAnnouncement } from '../lifecycle/changeLead.js';
import { acceptedMoney } from '../reports/leadCost.js';
import { leadCounts, type Money } from '../reports/leadCounts.js';
import { readSourceAndSuppressions } from '../store/factSourcesStore.js';
import { consentInsert, leadInsert, type TimelineEntry, timelineInsert } from '../store/leadStore.js';
import type { LeadRow } from '../store/leadTable.js';
import { takeFromDailyCap } from '../store/sourceStore.js';
import type { SourceRow } from '../store/sourceTable.js';
import { claimContact, claimExternalId, claimPayload, joinHousehold } from '../store/submissionClaims.js';
import { type Findings, validateSubmission } from '../validation/validateSubmission.js';
import { acceptedLead, rejectedLead } from './newLead.js';
import { findOwnSource } from './ownSource.js';
import type { Submission } from './submission.js';

/** What became of a submission. */
export interface SubmissionAnswer {
  leadId: string;
  /** This is the answer to an earlier submission that was the same. */
  replayed: boolean;
}

interface Intake {
  tools: LeadsTools;
  submission: Submission;
  source: SourceRow;
  found: Findings;
  caller: string;
  fingerprint: string;
  at: { id: string; now: Date };
}

/**
 * Takes a lead in, in one transaction: replay or duplicate checks, the rows, the timeline, and the event. The lead is VALIDATED, DUPLICATE or
 * REJECTED afterwards, and that is an answer. Errors leave nothing behind: NOT_FOUND (source), IDEMPOTENCY_KEY_REUSED,
 * SOURCE_DAILY_CAP_REACHED.
 */
export async function submitLead(
  db: DataSource,
  tools: LeadsTools,
  identity: Identity,
  submission: Submission,
): Promise<SubmissionAnswer> {
  const source = await findOwnSource(db.manager, identity, submission.sourceId);
  const { idempotencyKey, ...body } = submission;
  const now = tools.clock.now();
  const intake: Intake = {
    tools,
    submission,
    source,
    found: validateSubmission(submission, now),
    caller: `${identity.kind}:${identity.sub}`,
    fingerprint: tools.hasher.payload(hashBody(body)),
    at: { id: uuidv7(now.getTime()), now },
  };
  return inTransaction(db, async (tx) => {
    if (idempotencyKey === null) return takeIn(tx, intake);
    const call = { operation: 'createLead', caller: intake.caller, key: idempotencyKey, body: intake.fingerprint };
    const { answer, replayed } = await withIdempotency(tx, call, () => takeIn(tx, intake));
    return { leadId: answer.leadId, replayed: replayed || answer.replayed };
  });
}

async function takeIn(tx: EntityManager, intake: Intake): Promise<SubmissionAnswer> {
  const first = await findFirstAnswer(tx, intake);
  if (first !== null) return { leadId: first, replayed: true };
  await (intake.found.problems.length > 0 ? reject(tx, intake) : accept(tx, intake));
  return { leadId: intake.at.id, replayed: false };
}

/** The lead of an earlier submission that this one repeats (domain reference: Duplicates). */
async function findFirstAnswer(
  tx: EntityManager,
  { submission, caller, fingerprint, tools, at }: Intake,
): Promise<string | null> {
  const { sourceId, externalId } = submission;
  if (externalId !== null) {
    const taken = await claimExternalId(tx, { sourceId, externalId, leadId: at.id });
    if (taken !== null) return taken;
  }
  const since = new Date(at.now.getTime() - tools.limits.replayWithinMs);
  return claimPayload(tx, { caller, fingerprint, leadId: at.id, now: at.now, since });
}

async function reject(tx: EntityManager, { tools, submission, found, at }: Intake): Promise<void> {
  const lead = rejectedLead(tools, submission, found, at);
  const codes = [...new Set(found.problems.map(({ code }) => code))];
  await writeTogether(tx, [
    ...firstWrites(tx, lead, { reason: codes.join(', ') }),
    ...announcementWrites(
      tx,
      lead,
      { type: 'leads.lead.rejected', payload: { leadId: lead.id, codes } },
      { occurredAt: at.now },
    ),
  ]);
}

async function accept(tx: EntityManager, { tools, submission, source, found, at }: Intake): Promise<void> {
  const { hasher, limits } = tools;
  const duplicateOfId = await claimContact(tx, {
    hashes: [hasher.phone(found.phone?.e164 ?? null), hasher.email(found.email)],
    line: submission.line,
    isTest: submission.isTest,
    leadId: at.id,
    now: at.now,
    since: new Date(at.now.getTime() - limits.duplicateWithinMs),
  });
  const householdHash = hasher.household(
    submission.contact.lastName,
    submission.address.street,
    found.place?.zip ?? null,
  );
  const householdId = householdHash && (await joinHousehold(tx, householdHash, at.id));
  const { lead, person, consent } = acceptedLead(tools, submission, found, {
    ...{ ...at, duplicateOfId, householdId, source },
  });
  const announcement = await accepted(tx, tools, { lead, person, consent });
  await writeTogether(tx, [
    ...firstWrites(tx, lead, {
      reason: duplicateOfId && `of ${duplicateOfId}`,
      money: duplicateOfId === null ? acceptedMoney(lead) : undefined,
    }),
    consentInsert(tx, consent),
    ...announcementWrites(tx, lead, announcement, { occurredAt: at.now }),
  ]);
  if (duplicateOfId === null) await countForTheDay(tx, source, at.now);
}

async function accepted(
  tx: EntityManager,
  { limits }: LeadsTools,
  { lead, person, consent }: ReturnType<typeof acceptedLead>,
): Promise<LeadAnnouncement> {
  if (lead.duplicateOfId !== null) {
    return { type: 'leads.lead.duplicate', payload: { leadId: lead.id, duplicateOf: lead.duplicateOfId } };
  }
  const known = await readSourceAndSuppressions(tx, lead, limits.qualityNeeds);
  return { type: 'leads.lead.validated', payload: { lead: leadFacts({ lead, person, consent, ...known }) } };
}

/** The lead's row, its timeline, and what reports count. */
function firstWrites(
  tx: EntityManager,
  lead: LeadRow,
  { reason, money }: { reason: string | null; money?: Money | undefined },
): Write[] {
  const timeline: TimelineEntry[] = [
    { version: 1, type: 'STATUS_CHANGED', from: null, to: 'RECEIVED', reason: null },
    { version: 2, type: 'STATUS_CHANGED', from: 'RECEIVED', to: lead.status, reason },
  ];
  return [
    leadInsert(tx, lead),
    timelineInsert(tx, lead, timeline, lead.receivedAt),
    ...leadCounts(lead, { before: 0, now: lead.receivedAt, money }),
  ];
}

async function countForTheDay(tx: EntityManager, source: SourceRow, now: Date): Promise<void> {
  if (source.dailyCap === null) return;
  const day = now.toISOString().slice(0, 10);
  if (await takeFromDailyCap(tx, { sourceId: source.id, day, cap: source.dailyCap })) return;
  throw new DomainError(
    'SOURCE_DAILY_CAP_REACHED',
    `The source "${source.name}" has delivered its ${source.dailyCap} leads of today (UTC). Send this one again tomorrow, or ask for a higher cap.`,
    { field: 'sourceId', retryable: true },
  );
}
