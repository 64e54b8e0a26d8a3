import type { LeadFacts } from '@leadgraph/schema';
import fc from 'fast-check';
import { sampleFacts } from './sampleFacts.js';

const lines = ['AUTO', 'HOME', 'RENTERS', 'LIFE', 'HEALTH', 'MEDICARE', 'COMMERCIAL'] as const;
const missing = ['contact.email', 'contact.phone', 'contact.dateOfBirth', 'address.street', 'details.auto.incidents'];

const email = fc.record({ present: fc.boolean(), valid: fc.boolean() }).map(({ present, valid }) => ({
  present,
  valid: present && valid,
}));
const phone = fc.tuple(email, fc.option(fc.boolean())).map(([part, mobile]) => ({ ...part, mobile }));

/** Facts of any lead that validation lets through. */
export const arbitraryFacts: fc.Arbitrary<LeadFacts> = fc
  .record({
    line: fc.constantFrom(...lines),
    state: fc.constantFrom('ID', 'TX', 'NY', 'CA'),
    sourceQuality: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    ageBand: fc.constantFrom('UNKNOWN', '18_24', '35_44', '55_64', '65_PLUS'),
    phone,
    email,
    address: fc.record({ streetPresent: fc.boolean() }),
    currentCarrier: fc.option(fc.constantFrom('Northwind Mutual', 'Coastal Direct')),
    notes: fc.option(
      fc.constantFrom(
        'Need a quote today.',
        'Just looking.',
        'Had the same company for twelve years.',
        'asdf asdf',
        '',
      ),
    ),
    missingFields: fc.subarray(missing),
    details: fc.record({
      vehicles: fc.nat({ max: 4 }),
      drivers: fc.nat({ max: 4 }),
      propertyType: fc.constantFrom('CONDO', null),
      yearBuilt: fc.option(fc.integer({ min: 1900, max: 2025 })),
      qualifyingEvent: fc.constantFrom('NONE', 'MOVE', null),
      expiresOn: fc.constantFrom('2026-11-25', '2027-03-01', '2026-10-01', null),
      productType: fc.constantFrom('TERM', 'ADVANTAGE', null),
    }),
    consent: fc.record({
      live: fc.boolean(),
      scope: fc.constant('PARTNER_LIST' as const),
      sellers: fc.constant<string[]>([]),
      channels: fc.subarray(['PHONE', 'SMS', 'EMAIL'] as const),
      givenAt: fc.constant('2026-11-23T11:59:00.000Z'),
    }),
    suppressedChannels: fc.subarray(['PHONE', 'SMS', 'EMAIL'] as const),
  })
  .map((part) => sampleFacts(part));
