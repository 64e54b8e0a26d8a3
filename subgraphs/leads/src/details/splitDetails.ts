import type { Person } from '../privacy/person.js';
import type { StoredDetails } from '../store/leadTable.js';
import type { LeadDetails } from './detailsSchema.js';

type PrivateDetails = Pick<Person, 'vins' | 'businessName' | 'description'>;

/**
 * Parts what may be kept readable from what tells who the person is: VINs, the business's name and free text. `clean` takes out what
 * somebody typed about a person where a make or an insurer was asked for.
 */
export function splitDetails(
  details: LeadDetails,
  clean: (text: string) => string,
): { stored: StoredDetails; sealed: PrivateDetails } {
  const { stored, sealed } = split(details);
  return { stored: { ...stored, values: cleaned(stored.values, clean) }, sealed };
}

/** The fields in which anything can be typed; all others are numbers, days and words of a list. */
const typedFields = new Set(['make', 'model', 'currentInsurer', 'industry']);

function cleaned(values: Record<string, unknown>, clean: (text: string) => string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (Array.isArray(value)) return [name, value.map((item) => (isRecord(item) ? cleaned(item, clean) : item))];
      return [name, typeof value === 'string' && typedFields.has(name) ? clean(value) : value];
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function split(details: LeadDetails): { stored: StoredDetails; sealed: PrivateDetails } {
  const sealed: PrivateDetails = { vins: [], businessName: null, description: null };
  if (details.member === 'auto') {
    const { vehicles, ...values } = details.values;
    sealed.vins = vehicles.map(({ vin }) => vin?.toUpperCase() ?? null);
    const readable = vehicles.map(({ vin, ...vehicle }) => ({ ...vehicle, vinGiven: vin !== null }));
    return { stored: { member: 'auto', values: { ...values, vehicles: readable } }, sealed };
  }
  if (details.member === 'commercial') {
    const { businessName, description, ...values } = details.values;
    return { stored: { member: 'commercial', values }, sealed: { ...sealed, businessName, description } };
  }
  return { stored: { member: details.member, values: details.values }, sealed };
}
