import { createSecretKey, randomBytes } from 'node:crypto';
import { systemClock } from '@leadgraph/kit';
import { LeadFacts, Line } from '@leadgraph/schema';
import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../config.js';
import { acceptedLead } from '../intake/newLead.js';
import { parseSubmission } from '../intake/submission.js';
import { createContactHasher } from '../privacy/contactHash.js';
import { readMasterKeys } from '../privacy/masterKeys.js';
import { Vault } from '../privacy/vault.js';
import { validateSubmission } from '../validation/validateSubmission.js';
import { leadFacts } from './leadFacts.js';

const tools = {
  clock: systemClock,
  vault: new Vault(readMasterKeys(randomBytes(32).toString('base64'))),
  hasher: createContactHasher(createSecretKey(randomBytes(32))),
  limits: defaultLimits,
};
const now = new Date('2026-11-23T12:00:00Z');

function factsOf(changes: Record<string, unknown>) {
  const submission = parseSubmission({
    sourceId: '01900000-0000-7000-8000-000000000001',
    line: 'AUTO',
    contact: {
      firstName: 'Josephine',
      lastName: 'Quimby',
      email: 'jo.quimby@example.com',
      phone: '312 867 5309',
      dateOfBirth: '1985-04-12',
    },
    address: { street: '77 Elm Terrace', city: 'Chicago', state: 'IL', zip: '60601' },
    details: { auto: {} },
    consent: {
      text: 'I agree.',
      givenAt: now,
      channels: ['PHONE'],
      scope: 'NAMED_SELLERS',
      sellers: ['agency-1'],
      certificateType: 'INTERNAL',
      certificateRef: 'REC-1',
      ip: '198.51.100.7',
      userAgent: 'TestBrowser/1.0',
      pageUrl: 'https://quotes.example.com/start?name=Josephine#top',
    },
    ...changes,
  });
  const found = validateSubmission(submission, now);
  const source = { pricingCents: 500, pricingBasisPoints: null };
  const at = { id: '01900000-0000-7000-8000-000000000002', now, duplicateOfId: null, householdId: null, source };
  const { lead, person, consent } = acceptedLead(tools, submission, found, at);
  return {
    lead,
    facts: leadFacts({
      lead,
      person,
      consent,
      sourceName: 'web',
      partner: 'acme',
      sourceQuality: 0.5,
      suppressedChannels: [],
    }),
  };
}

describe('leadFacts', () => {
  it('derives what others may know and keeps the contract', () => {
    const { facts } = factsOf({
      details: {
        auto: {
          drivers: [{ age: 40 }, { age: 17, licenseStatus: 'SUSPENDED' }],
          vehicles: [{ year: 2020, make: 'MCI', vin: '1M8GDM9AXKP042788', annualMileage: 9_000 }, { year: 2012 }],
          currentInsurer: 'Northwind Mutual',
          monthsInsured: 14,
          expiresOn: '2026-12-31',
        },
      },
    });
    expect(() => LeadFacts.parse(facts)).not.toThrow();
    expect(facts).toMatchObject({
      ageBand: '35_44',
      timeZone: 'America/Chicago',
      phone: { present: true, valid: true, mobile: null },
      currentCarrier: 'Northwind Mutual',
      consent: { live: true, sellers: ['agency-1'] },
      missingFields: ['details.auto.incidents'],
      details: {
        vehicles: 2,
        vehiclesWithVin: 1,
        newestVehicleYear: 2020,
        oldestVehicleYear: 2012,
        annualMileage: 9_000,
        drivers: 2,
        youngestDriverAge: 17,
        suspendedDrivers: 1,
        monthsInsured: 14,
        expiresOn: '2026-12-31',
        incidents: null,
        insured: true,
      },
    });
  });

  it.each(Line.options)('keeps the contract for %s with nothing filled in, and says what is missing', (line) => {
    const { facts } = factsOf({ line, contact: { phone: '312 867 5309' }, details: { [line.toLowerCase()]: {} } });
    expect(() => LeadFacts.parse(facts)).not.toThrow();
    expect(facts.missingFields).toContain('contact.email');
    expect(facts.missingFields.some((field) => field.startsWith(`details.${line.toLowerCase()}.`))).toBe(true);
    expect(facts.details.insured).toBe(false);
  });

  it('lets nothing of the person through, nor keeps any of it readable', () => {
    const { lead, facts } = factsOf({
      line: 'COMMERCIAL',
      notes: 'Josephine Quimby, 77 Elm Terrace, 312-867-5309, jo.quimby@example.com wants to be called',
      details: {
        commercial: {
          businessName: 'Quimby Bakery',
          description: 'Call Josephine at 312 867 5309',
          industry: 'Bakery, call 312 867 5309',
          currentInsurer: 'Quimby Mutual, 77 Elm Terrace',
        },
      },
    });
    const { sealed, wrappedKey, phoneHash, emailHash, ...readable } = lead;
    expect(sealed).not.toBeNull();
    const told = JSON.stringify(facts);
    for (const secret of [
      'Josephine',
      'Quimby',
      'Elm Terrace',
      '8675309',
      '867-5309',
      '867 5309',
      'jo.quimby',
      '1985',
    ]) {
      expect(told).not.toContain(secret);
    }
    for (const secret of [
      'Josephine',
      'Quimby',
      'Elm Terrace',
      '867 5309',
      'jo.quimby',
      '1985',
      '198.51.100.7',
      'TestBrowser',
    ]) {
      expect(JSON.stringify(readable)).not.toContain(secret);
    }
    expect(facts.notes).toBe('[name] [name], [address], [number], [email] wants to be called');
    expect([wrappedKey, phoneHash, emailHash].every(Buffer.isBuffer)).toBe(true);
  });
});
