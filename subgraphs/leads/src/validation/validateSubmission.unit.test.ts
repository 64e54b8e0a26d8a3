import { Line } from '@leadgraph/schema';
import { describe, expect, it } from 'vitest';
import { parseSubmission } from '../intake/submission.js';
import { problemCodes, problemSentences } from './problem.js';
import { validateSubmission } from './validateSubmission.js';

const now = new Date('2026-11-23T12:00:00Z');
const sourceId = '01900000-0000-7000-8000-000000000001';

const consent = {
  text: 'I agree.',
  givenAt: new Date('2026-11-23T11:59:00Z'),
  channels: ['PHONE'],
  scope: 'NAMED_SELLERS',
  sellers: ['agency-1'],
  certificateType: 'TRUSTEDFORM',
  certificateRef: 'https://cert.trustedform.com/0123456789abcdef0123456789abcdef01234567',
};
const valid = {
  sourceId,
  line: 'AUTO',
  contact: { email: 'jane@example.com', phone: '312 867 5309', dateOfBirth: '1985-04-12' },
  address: { state: 'IL', zip: '60601' },
  details: { auto: { vehicles: [{ vin: '1M8GDM9AXKP042788' }] } },
  consent,
};

const judge = (changes: Record<string, unknown>) =>
  validateSubmission(parseSubmission({ ...valid, ...changes }), now).problems.map(({ code, field }) => [code, field]);

describe('validateSubmission', () => {
  it('finds nothing wrong with a good submission, and what belongs to it', () => {
    const found = validateSubmission(parseSubmission(valid), now);
    expect(found).toMatchObject({
      problems: [],
      phone: { e164: '+13128675309' },
      email: 'jane@example.com',
      place: { timeZone: 'America/Chicago' },
      details: { member: 'auto' },
    });
  });

  it('answers every problem of one submission at once, in the order of its fields', () => {
    expect(
      judge({
        contact: { email: 'jane@mailinator.com', phone: '800 867 5309', dateOfBirth: '2015-01-01' },
        address: { state: 'NY', zip: '60601' },
        details: { auto: { vehicles: [{ vin: '1M8GDM9AXKP042788' }, { vin: 'NOT-A-VIN' }] }, home: {} },
        consent: { ...consent, channels: [], certificateRef: 'https://example.com/' },
      }),
    ).toEqual([
      ['EMAIL_DISPOSABLE', 'contact.email'],
      ['PHONE_TOLL_FREE', 'contact.phone'],
      ['AGE_UNDER_18', 'contact.dateOfBirth'],
      ['ZIP_STATE_MISMATCH', 'address.state'],
      ['DETAILS_LINE_MISMATCH', 'details'],
      ['VIN_INVALID', 'details.auto.vehicles.1.vin'],
      ['CONSENT_MISSING', 'consent.channels'],
      ['CONSENT_CERTIFICATE_INVALID', 'consent.certificateRef'],
    ]);
  });

  it.each(Line.options)('wants the details of %s and no others', (line) => {
    const own = line.toLowerCase();
    const other = line === 'HOME' ? 'auto' : 'home';
    expect(judge({ line, details: { [own]: {} } })).toEqual([]);
    for (const details of [{}, { [other]: {} }, { [own]: {}, [other]: {} }]) {
      expect(judge({ line, details })).toEqual([['DETAILS_LINE_MISMATCH', 'details']]);
    }
  });

  it('takes a lead with a phone or an email alone, and none without both', () => {
    expect(judge({ contact: { phone: '312 867 5309' } })).toEqual([]);
    expect(judge({ contact: { email: 'jane@example.com', phone: '  ' } })).toEqual([]);
    expect(judge({ contact: { firstName: 'Jane' } })).toEqual([['PHONE_INVALID', 'contact.phone']]);
  });

  it("counts eighteen years by the person's own calendar", () => {
    const born = { contact: { phone: '312 867 5309', dateOfBirth: '2008-11-24' } };
    const lateEvening = new Date('2026-11-24T05:30:00Z'); // 23:30 on the 23rd in Chicago
    const morning = new Date('2026-11-24T06:30:00Z');
    const problems = (at: Date) => validateSubmission(parseSubmission({ ...valid, ...born }), at).problems;
    expect(problems(lateEvening)).toMatchObject([{ code: 'AGE_UNDER_18' }]);
    expect(problems(morning)).toEqual([]);
  });

  it('takes a VIN in small letters', () => {
    expect(judge({ details: { auto: { vehicles: [{ vin: '1m8gdm9axkp042788' }] } } })).toEqual([]);
  });

  describe('consent', () => {
    it.each([
      ['none', null, 'consent'],
      ['without words', { text: '  ' }, 'consent.text'],
      ['without channels', { channels: [] }, 'consent.channels'],
      ['of tomorrow', { givenAt: new Date('2026-11-24T12:00:00Z') }, 'consent.givenAt'],
      ['to named sellers without names', { sellers: [] }, 'consent.sellers'],
    ])('%s is CONSENT_MISSING', (_, changes, field) => {
      expect(judge({ consent: changes && { ...consent, ...changes } })).toEqual([['CONSENT_MISSING', field]]);
    });

    it('has to name the sellers for MEDICARE', () => {
      const medicare = { line: 'MEDICARE', details: { medicare: {} } };
      expect(judge({ ...medicare, consent: { ...consent, scope: 'PARTNER_LIST' } })).toEqual([
        ['CONSENT_MISSING', 'consent.scope'],
      ]);
      expect(judge(medicare)).toEqual([]);
    });

    it.each([
      ['TRUSTEDFORM', 'http://cert.trustedform.com/0123', false],
      ['TRUSTEDFORM', 'https://cert.trustedform.com/', false],
      ['TRUSTEDFORM', 'https://cert.trustedform.com.example.com/0123', false],
      ['TRUSTEDFORM', 'https://cert.trustedform.com/0123abc', true],
      ['JORNAYA', 'A1B2C3D4-E5F6-7890-ABCD-EF1234567890', true],
      ['JORNAYA', 'A1B2C3D4-E5F6-7890-ABCD-EF123456789', false],
      ['INTERNAL', 'REC-1', true],
      ['INTERNAL', ' ', false],
    ])('certificate %s %s', (certificateType, certificateRef, good) => {
      expect(judge({ consent: { ...consent, certificateType, certificateRef } })).toEqual(
        good ? [] : [['CONSENT_CERTIFICATE_INVALID', 'consent.certificateRef']],
      );
    });
  });

  it('has a sentence that says what to do for each code', () => {
    for (const code of problemCodes) expect(problemSentences[code]).toMatch(/^[A-Z][^\n]{20,}[.]$/);
  });
});
