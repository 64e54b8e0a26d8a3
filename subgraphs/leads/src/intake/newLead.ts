import { splitDetails } from '../details/splitDetails.js';
import type { LeadsTools } from '../leadsTools.js';
import { dueAtOf } from '../lifecycle/changeLead.js';
import { stagesAt } from '../lifecycle/stages.js';
import type { Person } from '../privacy/person.js';
import { redact } from '../privacy/redact.js';
import { costAtIntake, type PricedSource } from '../reports/leadCost.js';
import type { ConsentRow } from '../store/consentTable.js';
import type { LeadRow } from '../store/leadTable.js';
import { ageBandOf, ageOn, localDay } from '../validation/age.js';
import type { Findings } from '../validation/validateSubmission.js';
import { stateCodes } from '../validation/zipCodes.js';
import type { Submission } from './submission.js';

/** Columns that a submission fills whatever becomes of it. */
function commonColumns(tools: LeadsTools, submission: Submission, found: Findings, at: { id: string; now: Date }) {
  const { contact, address } = submission;
  return {
    id: at.id,
    sourceId: submission.sourceId,
    externalId: submission.externalId,
    line: submission.line,
    language: submission.language,
    maxSales: submission.maxSales ?? tools.limits.defaultMaxSales,
    soldCount: 0,
    isTest: submission.isTest,
    score: null,
    tier: null,
    receivedAt: at.now,
    statusChangedAt: at.now,
    retryAt: null,
    routingHeardAt: null,
    timeZone: found.place?.timeZone ?? null,
    zip: found.place?.zip ?? null,
    state: stateCodes.has(address.state) ? address.state : null,
    phoneHash: tools.hasher.phone(found.phone?.e164 ?? contact.phone),
    emailHash: tools.hasher.email(contact.email),
  };
}

/** A submission that failed validation: its codes and keyed hashes, nothing of the person (domain reference: Validation codes). */
export function rejectedLead(
  tools: LeadsTools,
  submission: Submission,
  found: Findings,
  at: { id: string; now: Date },
): LeadRow {
  return {
    ...commonColumns(tools, submission, found, at),
    version: 2,
    status: 'REJECTED',
    stages: stagesAt('REJECTED'),
    problems: found.problems,
    city: null,
    ageBand: 'UNKNOWN',
    details: null,
    duplicateOfId: null,
    householdId: null,
    costCents: null,
    costBasisPoints: null,
    dueAt: null,
    keyId: null,
    wrappedKey: null,
    sealed: null,
  };
}

/** A submission that passed: its row, with the person sealed, and its consent. */
export function acceptedLead(
  tools: LeadsTools,
  submission: Submission,
  found: Findings,
  at: { id: string; now: Date; duplicateOfId: string | null; householdId: string | null; source: PricedSource },
): { lead: LeadRow; person: Person; consent: ConsentRow } {
  const { contact, consent } = submission;
  if (!found.details || !found.place || !consent?.certificateRef) throw new Error('the submission was not validated');
  const known = { names: [contact.firstName, contact.lastName], street: submission.address.street };
  const clean = (text: string) => redact(text, known);
  const details = splitDetails(found.details, clean);
  const person: Person = {
    contact: {
      firstName: contact.firstName,
      lastName: contact.lastName,
      email: found.email,
      phone: found.phone?.e164 ?? null,
      phoneMobile: found.phone?.mobile ?? null,
      dateOfBirth: contact.dateOfBirth,
    },
    street: submission.address.street,
    ...details.sealed,
    notes: submission.notes,
    consentPageUrl: consent.pageUrl,
    consentIp: consent.ip,
    consentUserAgent: consent.userAgent,
  };
  const status = at.duplicateOfId === null ? 'VALIDATED' : 'DUPLICATE';
  const { dateOfBirth } = contact;
  const age = dateOfBirth === null ? null : ageOn(dateOfBirth, localDay(at.now, found.place.timeZone));
  const lead: LeadRow = {
    ...commonColumns(tools, submission, found, at),
    version: 2,
    status,
    stages: stagesAt(status),
    problems: null,
    city: submission.address.city === null ? found.place.city : clean(submission.address.city),
    ageBand: ageBandOf(age),
    details: details.stored,
    duplicateOfId: at.duplicateOfId,
    householdId: at.householdId,
    ...(status === 'VALIDATED' ? costAtIntake(at.source) : { costCents: null, costBasisPoints: null }),
    dueAt: dueAtOf(status, at.now, tools.limits),
    ...tools.vault.store(at.id, person),
  };
  const { ip: _ip, userAgent: _userAgent, certificateRef, ...plain } = consent;
  const stored = {
    ...plain,
    pageUrl: consent.pageUrl && withoutQuery(consent.pageUrl),
    leadId: at.id,
    certificateRef,
    revokedAt: null,
    revokedReason: null,
  };
  return { lead, person, consent: stored };
}

/** A page's address without query, fragment and credentials; null if it is no address. */
function withoutQuery(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { origin, pathname } = new URL(url);
  return origin === 'null' ? null : origin + pathname;
}
