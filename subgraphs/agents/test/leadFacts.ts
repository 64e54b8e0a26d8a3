import { uuidv7 } from '@leadgraph/kit';
import type { LeadFacts } from '@leadgraph/schema';

/** A lead's facts as leads sends them: shared by up to three, consent for anybody, Texas. */
export function leadFacts(change: Partial<LeadFacts> = {}): LeadFacts {
  return {
    leadId: uuidv7(),
    line: 'AUTO',
    state: 'TX',
    zip: '75001',
    timeZone: 'America/Chicago',
    sourceId: '019a0000-0000-7000-8000-000000000001',
    sourceName: 'acme',
    sourceQuality: null,
    isTest: true,
    receivedAt: '2026-11-20T15:00:00.000Z',
    maxSales: 3,
    language: 'en',
    ageBand: '35_44',
    phone: { present: true, valid: true, mobile: false },
    email: { present: false, valid: false },
    address: { streetPresent: false },
    details: { vehicles: 1 },
    currentCarrier: null,
    notes: null,
    missingFields: ['email'],
    consent: {
      live: true,
      scope: 'PARTNER_LIST',
      sellers: [],
      channels: ['PHONE'],
      givenAt: '2026-11-20T15:00:00.000Z',
    },
    suppressedChannels: [],
    ...change,
  };
}
