import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskContact, maskVin } from './mask.js';
import type { Contact } from './person.js';

const jane: Contact = {
  firstName: 'Jane',
  lastName: 'Doe',
  email: 'jane@doe.example.com',
  phone: '+13125550147',
  phoneMobile: null,
  dateOfBirth: '1985-04-12',
};

describe('maskContact', () => {
  it('leaves initials, the last four digits and the top-level domain', () => {
    expect(maskContact(jane)).toEqual({
      firstName: 'J***',
      lastName: 'D**',
      email: 'j***@***.com',
      phone: '***-***-0147',
      phoneMobile: null,
      dateOfBirth: null,
    });
  });

  it('keeps gaps as gaps', () => {
    const none = { firstName: null, lastName: null, email: null, phone: null, phoneMobile: null, dateOfBirth: null };
    expect(maskContact(none)).toEqual(none);
  });

  it('tells nothing of a name but its first character, whatever the alphabet and the length', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(name, (firstName) => {
        expect(maskContact({ ...jane, firstName }).firstName).toBe(`${[...firstName][0]}***`);
      }),
    );
  });

  it('shows the make of a vehicle and not which one it is', () => {
    expect(maskVin('1M8GDM9AXKP042788')).toBe('1M8GDM9A*********');
    expect(maskVin(null)).toBeNull();
  });
});
