import { createHmac, type KeyObject } from 'node:crypto';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

/**
 * Keyed hashes (HMAC-SHA-256) by which people are found again without being stored: duplicates, suppressions, households. The key is the
 * platform's own, so nobody can try out all phone numbers against a copy of the database.
 */
export interface ContactHasher {
  /** Null when there is nothing to hash: empty fields never match. */
  phone(typed: string | null): Buffer | null;
  email(typed: string | null): Buffer | null;
  household(lastName: string | null, street: string | null, zip: string | null): Buffer | null;
  /** A fingerprint of a whole submission; keyed as well, since it covers the contact. */
  payload(canonicalHash: string): string;
}

/** Makes the hasher for a key of 32 bytes. */
export function createContactHasher(key: KeyObject): ContactHasher {
  const hash = (purpose: string, value: string) => createHmac('sha256', key).update(`${purpose}\0${value}`).digest();
  return {
    phone(typed) {
      const normal = typed === null ? '' : normalPhone(typed);
      return normal === '' ? null : hash('phone', normal);
    },
    email(typed) {
      const normal = typed === null ? '' : normalEmail(typed);
      return normal === '' ? null : hash('email', normal);
    },
    household(lastName, street, zip) {
      const parts = [lastName, street, zip].map((part) => normalWords(part ?? ''));
      return parts.includes('') ? null : hash('household', parts.join('\0'));
    },
    payload: (canonicalHash) => hash('payload', canonicalHash).toString('hex'),
  };
}

/** E.164 where it can be read as a phone number, else its digits: the same wrong number hashes the same however it is typed. */
export function normalPhone(typed: string): string {
  return parsePhoneNumberFromString(typed, 'US')?.number ?? typed.replace(/\D/g, '');
}

/** Lower case, without a `+tag`: all tags of a mailbox are one person. */
export function normalEmail(typed: string): string {
  const lower = typed.trim().toLowerCase();
  const at = lower.lastIndexOf('@');
  return at < 1 ? lower : lower.slice(0, at).replace(/(?<=.)\+.*$/, '') + lower.slice(at);
}

const STREET_WORDS: Readonly<Record<string, string>> = {
  street: 'st',
  avenue: 'ave',
  road: 'rd',
  drive: 'dr',
  boulevard: 'blvd',
  lane: 'ln',
  court: 'ct',
  apartment: 'apt',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
};

/** Letters and digits in lower case without accents, single blanks, common words of addresses shortened. */
function normalWords(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => STREET_WORDS[word] ?? word)
    .join(' ');
}
