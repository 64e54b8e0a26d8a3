import type { ContactChannel, LeadFacts, Line } from '@leadgraph/schema';
import { redactText } from '../redaction/redactText.js';
import { daysToExpiryOf, relevantDetailsOf } from './detailFacts.js';

/**
 * All that either engine may look at. It has no id, name, contact, street, ZIP, birth date or VIN, and none of what is protected
 * or stands in for it (language, ZIP, age outside Medicare's limit): what is not here cannot sway a score.
 */
export interface QualificationInput {
  readonly line: Line;
  readonly state: string;
  readonly phone: { readonly present: boolean; readonly valid: boolean; readonly mobile: boolean | null };
  readonly email: { readonly present: boolean; readonly valid: boolean };
  readonly streetPresent: boolean;
  /** Channels that the person agreed to and did not take back. */
  readonly openChannels: readonly ContactChannel[];
  readonly consentLive: boolean;
  readonly currentlyInsured: boolean;
  readonly daysToExpiry: number | null;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
  /** Whether the person is old enough for Medicare; null for the other lines, and where it is not known. */
  readonly medicareAge: boolean | null;
  readonly missingFields: readonly string[];
  /** Share of the source's earlier leads that went well, in tenths; null while there are too few. */
  readonly sourceQuality: number | null;
  /** Free text, redacted. Data, never an instruction. */
  readonly notes: string | null;
}

/** Reduces a lead's facts to what may be weighed. The same facts always give the same input, whenever it is asked. */
export function qualificationInputOf(facts: LeadFacts): QualificationInput {
  const notes = facts.notes === null ? '' : redactText(facts.notes);
  return {
    line: facts.line,
    state: facts.state,
    phone: { present: facts.phone.present, valid: facts.phone.valid, mobile: facts.phone.mobile },
    email: { present: facts.email.present, valid: facts.email.valid },
    streetPresent: facts.address.streetPresent,
    openChannels: facts.consent.channels.filter((channel) => !facts.suppressedChannels.includes(channel)).toSorted(),
    consentLive: facts.consent.live,
    currentlyInsured: facts.currentCarrier !== null,
    daysToExpiry: daysToExpiryOf(facts),
    details: relevantDetailsOf(facts),
    medicareAge: medicareAgeOf(facts),
    missingFields: facts.missingFields.toSorted(),
    sourceQuality: facts.sourceQuality === null ? null : Math.round(facts.sourceQuality * 10) / 10,
    notes: notes === '' ? null : notes,
  };
}

/** Medicare begins at 65; who is in the band before may be about to turn, which counts as fitting. */
function medicareAgeOf({ line, ageBand }: LeadFacts): boolean | null {
  if (line !== 'MEDICARE' || ageBand === 'UNKNOWN') return null;
  return ageBand === '55_64' || ageBand === '65_PLUS';
}
