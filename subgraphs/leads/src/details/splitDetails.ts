import type { Person } from '../privacy/person.js';
import type { StoredDetails } from '../store/leadTable.js';
import type { LeadDetails } from './detailsSchema.js';

type PrivateDetails = Pick<Person, 'vins' | 'businessName' | 'description'>;

/** Parts what may be kept readable from what tells who the person is: VINs, the business's name and free text. */
export function splitDetails(details: LeadDetails): { stored: StoredDetails; sealed: PrivateDetails } {
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
