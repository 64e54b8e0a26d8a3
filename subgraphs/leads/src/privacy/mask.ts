import type { Contact } from './person.js';

/** A name's first letter and three stars, whatever its length: `Jane` → `J***`. Short forms would tell how long the name is. */
export function maskFirstName(name: string | null): string | null {
  return name === null ? null : `${initialOf(name)}***`;
}

/** `Doe` → `D**`. */
export function maskLastName(name: string | null): string | null {
  return name === null ? null : `${initialOf(name)}**`;
}

/** Only the last four digits: `+13125550147` → `***-***-0147`. */
export function maskPhone(phone: string | null): string | null {
  return phone === null ? null : `***-***-${phone.replace(/\D/g, '').slice(-4)}`;
}

/** The first letter and the top-level domain: `jane@example.com` → `j***@***.com`; the domain may be the person's own. */
export function maskEmail(email: string | null): string | null {
  if (email === null) return null;
  const topLevel = email.slice(email.lastIndexOf('.') + 1);
  return `${initialOf(email)}***@***.${topLevel}`;
}

/** The contact as everybody may see it. The birth date is left out; the age band tells enough. */
export function maskContact(contact: Contact): Contact {
  return {
    firstName: maskFirstName(contact.firstName),
    lastName: maskLastName(contact.lastName),
    email: maskEmail(contact.email),
    phone: maskPhone(contact.phone),
    phoneMobile: contact.phoneMobile,
    dateOfBirth: null,
  };
}

/** The first eight characters tell make, model and engine; the rest finds the one vehicle. */
export function maskVin(vin: string | null): string | null {
  return vin === null ? null : `${vin.slice(0, 8)}*********`;
}

function initialOf(text: string): string {
  return [...text][0] ?? '';
}
