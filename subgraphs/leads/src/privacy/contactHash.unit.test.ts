import { createSecretKey, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createContactHasher } from './contactHash.js';

const hasher = createContactHasher(createSecretKey(randomBytes(32)));

describe('contact hashes', () => {
  it('are the same for the same phone, however it is typed', () => {
    const one = hasher.phone('+13128675309');
    for (const typed of ['312-867-5309', '(312) 867 5309', '1 312 867 5309']) expect(hasher.phone(typed)).toEqual(one);
    expect(hasher.phone('312-867-5308')).not.toEqual(one);
  });

  it('are the same for a wrong number, however it is typed', () => {
    expect(hasher.phone('12-34')).toEqual(hasher.phone('1234'));
  });

  it('are the same for a mailbox with and without tag, and differ for other mailboxes', () => {
    const one = hasher.email('jane@example.com');
    for (const typed of ['JANE@Example.com', ' jane@example.com ', 'jane+insurance@example.com']) {
      expect(hasher.email(typed)).toEqual(one);
    }
    for (const typed of ['jane@example.org', 'j.ane@example.com', '+jane@example.com']) {
      expect(hasher.email(typed)).not.toEqual(one);
    }
  });

  it('are null for what is empty, so that empty fields never match', () => {
    expect([hasher.phone(null), hasher.phone('n/a'), hasher.email(null), hasher.email(' ')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(hasher.household('Doe', null, '60601')).toBeNull();
    expect(hasher.household(' ', '1 Main St', '60601')).toBeNull();
  });

  it('know a household by last name and address in other spellings', () => {
    const one = hasher.household('Doé', '12 North Main Street', '60601');
    expect(hasher.household('DOE', '12 N. Main St.', '60601')).toEqual(one);
    expect(hasher.household('Doe', '14 N. Main St.', '60601')).not.toEqual(one);
    expect(hasher.household('Doe', '12 N. Main St.', '60602')).not.toEqual(one);
  });

  it('differ between platforms, and between a phone and an email of the same letters', () => {
    expect(createContactHasher(createSecretKey(randomBytes(32))).phone('3128675309')).not.toEqual(
      hasher.phone('3128675309'),
    );
    expect(hasher.email('1234')).not.toEqual(hasher.phone('1234'));
  });
});
