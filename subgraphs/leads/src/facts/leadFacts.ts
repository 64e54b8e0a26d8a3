import type { ContactChannel, LeadFacts } from '@leadgraph/schema';
import type { Person } from '../privacy/person.js';
import { redact } from '../privacy/redact.js';
import type { ConsentRow } from '../store/consentTable.js';
import type { LeadRow } from '../store/leadTable.js';
import { detailsFacts, missingDetails } from './detailsFacts.js';

export interface FactSources {
  lead: LeadRow;
  person: Person;
  consent: ConsentRow;
  sourceName: string;
  partner: string;
  sourceQuality: number | null;
  suppressedChannels: ContactChannel[];
}

/** Derives what the other subgraphs may know of a lead that passed validation. Reads the person, lets nothing of it through. */
export function leadFacts({ lead, person, consent, ...rest }: FactSources): LeadFacts {
  const { contact } = person;
  if (lead.state === null || lead.zip === null || lead.timeZone === null || lead.details === null) {
    throw new Error(`lead ${lead.id} was not validated`);
  }
  const carrier = lead.details.values.currentInsurer;
  const known = { names: [contact.firstName, contact.lastName], street: person.street };
  return {
    leadId: lead.id,
    line: lead.line,
    state: lead.state,
    zip: lead.zip,
    timeZone: lead.timeZone,
    sourceId: lead.sourceId,
    sourceName: rest.sourceName,
    partner: rest.partner,
    sourceQuality: rest.sourceQuality,
    isTest: lead.isTest,
    receivedAt: lead.receivedAt.toISOString(),
    maxSales: lead.maxSales,
    language: lead.language,
    ageBand: lead.ageBand,
    phone: { present: contact.phone !== null, valid: contact.phone !== null, mobile: contact.phoneMobile },
    email: { present: contact.email !== null, valid: contact.email !== null },
    address: { streetPresent: person.street !== null },
    details: detailsFacts(lead.details),
    currentCarrier: typeof carrier === 'string' ? redact(carrier, known) : null,
    notes: person.notes === null ? null : redact(person.notes, known),
    missingFields: [...missingPerson(person), ...missingDetails(lead.details)],
    consent: {
      live: consent.revokedAt === null,
      scope: consent.scope,
      sellers: consent.sellers,
      channels: consent.channels,
      givenAt: consent.givenAt.toISOString(),
    },
    suppressedChannels: rest.suppressedChannels,
  };
}

function missingPerson({ contact, street }: Person): string[] {
  const fields = ['firstName', 'lastName', 'email', 'phone', 'dateOfBirth'] as const;
  const missing = fields.filter((field) => contact[field] === null).map((field) => `contact.${field}`);
  return street === null ? [...missing, 'address.street'] : missing;
}
