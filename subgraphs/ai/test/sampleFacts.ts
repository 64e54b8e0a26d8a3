import { uuidv7 } from '@leadgraph/kit';
import type { LeadFacts } from '@leadgraph/schema';

/** The facts of a good auto lead, with a new id. */
export function sampleFacts(part: Partial<LeadFacts> = {}): LeadFacts {
  return {
    leadId: uuidv7(),
    line: 'AUTO',
    state: 'ID',
    zip: '83702',
    timeZone: 'America/Boise',
    sourceId: '0199aaaa-0000-7000-8000-000000000001',
    sourceName: 'acme',
    sourceQuality: 0.8,
    isTest: true,
    receivedAt: '2026-11-23T12:00:00.000Z',
    maxSales: 3,
    language: 'en',
    ageBand: '35_44',
    phone: { present: true, valid: true, mobile: true },
    email: { present: true, valid: true },
    address: { streetPresent: true },
    details: { vehicles: 2, drivers: 1, monthsInsured: 14, expiresOn: '2026-12-03', incidents: 0, insured: true },
    currentCarrier: 'Northwind Mutual',
    notes: 'My policy expires this week and I need a quote today.',
    missingFields: [],
    consent: {
      live: true,
      scope: 'PARTNER_LIST',
      sellers: [],
      channels: ['PHONE', 'SMS', 'EMAIL'],
      givenAt: '2026-11-23T11:59:00.000Z',
    },
    suppressedChannels: [],
    ...part,
  };
}
