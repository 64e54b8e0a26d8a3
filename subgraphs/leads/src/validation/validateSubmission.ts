import type { LeadDetails } from '../details/detailsSchema.js';
import type { Submission } from '../intake/submission.js';
import { ageOn, localDay } from './age.js';
import { checkConsent } from './checkConsent.js';
import { checkDetails } from './checkDetails.js';
import { checkEmail } from './email.js';
import { checkPhone, type Phone } from './phone.js';
import { type Problem, problem } from './problem.js';
import { lookupZip, type ZipPlace } from './zipCodes.js';

/** What the rules found out about a submission; complete exactly when there are no problems. */
export interface Findings {
  problems: Problem[];
  phone: Phone | null;
  email: string | null;
  place: ZipPlace | null;
  details: LeadDetails | null;
}

/**
 * Judges a well-formed submission by all the rules of the domain reference ("leads", Validation codes) and answers every problem at once, in
 * the order of the input's fields.
 */
export function validateSubmission(submission: Submission, now: Date): Findings {
  const { contact, address, isTest } = submission;
  const problems: Problem[] = [];
  const keep = <T extends object>(found: T | Problem): T | null => {
    if (!('code' in found && 'field' in found)) return found as T;
    problems.push(found as Problem);
    return null;
  };

  const email = contact.email === null ? null : keep(checkEmail(contact.email, 'contact.email'));
  const phone = contact.phone === null ? null : keep(checkPhone(contact.phone, { isTest, field: 'contact.phone' }));
  if (contact.email === null && contact.phone === null) {
    problems.push(
      problem(
        'PHONE_INVALID',
        'contact.phone',
        'Give a phone number or an email address; nobody can be reached without.',
      ),
    );
  }
  const place = lookupZip(address.zip);
  if (contact.dateOfBirth !== null && ageOn(contact.dateOfBirth, localDay(now, place?.timeZone ?? 'UTC')) < 18) {
    problems.push(problem('AGE_UNDER_18', 'contact.dateOfBirth'));
  }
  if (place === null) problems.push(problem('ZIP_UNKNOWN', 'address.zip'));
  else if (place.state !== address.state) problems.push(problem('ZIP_STATE_MISMATCH', 'address.state'));

  const { details, problems: detailsProblems } = checkDetails(submission);
  problems.push(...detailsProblems, ...checkConsent(submission.consent, submission.line, now));
  return { problems, phone, email: email?.address ?? null, place, details };
}
