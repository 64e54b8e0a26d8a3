import type { KeyObject } from 'node:crypto';
import { seal, unseal } from './seal.js';

/** Everything of a lead that can tell who the person is. Kept only encrypted with the lead's own key. */
export interface Person {
  contact: Contact;
  street: string | null;
  /** Of an AUTO lead's vehicles, in their order. */
  vins: (string | null)[];
  businessName: string | null;
  /** Free text of the details. */
  description: string | null;
  notes: string | null;
  /** With its query, which may hold what was typed into the form. */
  consentPageUrl: string | null;
  consentIp: string | null;
  consentUserAgent: string | null;
}

export interface Contact {
  firstName: string | null;
  lastName: string | null;
  email: string | null;
  /** E.164. */
  phone: string | null;
  /** Whether the number is a mobile's; null where numbering does not tell. */
  phoneMobile: boolean | null;
  /** YYYY-MM-DD. */
  dateOfBirth: string | null;
}

const contextOf = (leadId: string) => `person:${leadId}`;

/** Encrypts a person with the lead's data key. */
export function sealPerson(key: KeyObject, leadId: string, person: Person): Buffer {
  return seal(key, contextOf(leadId), Buffer.from(JSON.stringify(person)));
}

/** Decrypts a person; throws `SealBroken` when the bytes are not this lead's. */
export function openPerson(key: KeyObject, leadId: string, sealed: Buffer): Person {
  return JSON.parse(unseal(key, contextOf(leadId), sealed).toString('utf8')) as Person;
}
