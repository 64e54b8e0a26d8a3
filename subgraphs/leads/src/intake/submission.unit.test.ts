import { describe, expect, it } from 'vitest';
import { parseSubmission } from './submission.js';

const minimal = {
  sourceId: '01900000-0000-7000-8000-000000000001',
  line: 'AUTO',
  contact: {},
  address: { state: 'il', zip: ' 60601 ' },
  details: {},
};

function fault(changes: Record<string, unknown>) {
  try {
    parseSubmission({ ...minimal, ...changes });
  } catch (error) {
    return error as { code: string; message: string; extensions: { problems: { field: string }[] } };
  }
  throw new Error('it was taken');
}

describe('parseSubmission', () => {
  it('cuts blanks and counts empty text as not given', () => {
    const parsed = parseSubmission({ ...minimal, contact: { firstName: '  Jane ', lastName: '   ' }, notes: '' });
    expect(parsed).toMatchObject({
      contact: { firstName: 'Jane', lastName: null, email: null },
      address: { state: 'IL', zip: '60601' },
      notes: null,
      language: 'en',
      isTest: false,
      maxSales: null,
    });
  });

  it('names every field at fault, without its value', () => {
    const error = fault({ maxSales: 9, contact: { firstName: 'secret'.repeat(50) }, sourceId: 'x' });
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error.extensions.problems.map(({ field }) => field)).toEqual(['sourceId', 'contact.firstName', 'maxSales']);
    expect(error.message).not.toContain('secret');
  });

  it.each([
    ['NUL', 'a\0b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('refuses text with %s, which no store holds', (_, notes) => {
    expect(fault({ notes }).extensions.problems).toMatchObject([{ field: 'notes' }]);
  });

  it.each([
    ['a year of construction', { details: { home: { yearBuilt: 12 } } }, 'details.home.yearBuilt'],
    ['too many vehicles', { details: { auto: { vehicles: Array(13).fill({}) } } }, 'details.auto.vehicles'],
    ['a birthday that never was', { contact: { dateOfBirth: '2001-02-30' } }, 'contact.dateOfBirth'],
    ['a language', { language: 'English' }, 'language'],
    ['an empty idempotency key', { idempotencyKey: '' }, 'idempotencyKey'],
  ])('refuses %s out of range', (_, changes, field) => {
    expect(fault(changes).extensions.problems).toMatchObject([{ field }]);
  });
});
