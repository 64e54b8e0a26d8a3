import { describe, expect, it } from 'vitest';
import { leadFacts } from '../../test/leadFacts.js';
import { type CampaignFilter, isFilterField, passesFilter } from './campaignFilter.js';

const lead = leadFacts({
  language: 'es',
  ageBand: '45_54',
  currentCarrier: 'Northwind Mutual',
  phone: { present: true, valid: true, mobile: null },
  details: { vehicles: 2, tobacco: false, currentInsurer: null, expiresOn: '2026-12-01', 'drivers.0.age': 40 },
});
const passes = (filter: Partial<CampaignFilter> & { field: string }) =>
  passesFilter({ operator: 'EQUALS', values: [], allowMissing: false, ...filter }, lead);

describe('passesFilter', () => {
  it.each<[Partial<CampaignFilter> & { field: string }, boolean]>([
    [{ field: 'language', values: ['ES'] }, true],
    [{ field: 'language', operator: 'NOT_EQUALS', values: ['en'] }, true],
    [{ field: 'language', operator: 'IN', values: ['en', 'es'] }, true],
    [{ field: 'currentCarrier', operator: 'NOT_IN', values: ['northwind mutual'] }, false],
    [{ field: 'details.vehicles', operator: 'AT_LEAST', values: ['2'] }, true],
    [{ field: 'details.vehicles', operator: 'AT_LEAST', values: ['10'] }, false],
    [{ field: 'details.vehicles', operator: 'AT_MOST', values: ['1'] }, false],
    [{ field: 'details.vehicles', values: ['2.0'] }, true],
    [{ field: 'details.vehicles', operator: 'AT_LEAST', values: ['many'] }, false],
    [{ field: 'details.vehicles', operator: 'AT_MOST', values: ['many'] }, false],
    [{ field: 'details.tobacco', values: ['false'] }, true],
    [{ field: 'details.tobacco', operator: 'AT_LEAST', values: ['false'] }, false],
    [{ field: 'details.expiresOn', operator: 'AT_MOST', values: ['2026-12-31'] }, true],
    [{ field: 'details.drivers.0.age', operator: 'AT_LEAST', values: ['25'] }, true],
    [{ field: 'ageBand', operator: 'AT_LEAST', values: ['35_44'] }, true],
    [{ field: 'phone.valid', values: ['true'] }, true],
    [{ field: 'language', values: [] }, false],
  ])('%j: %s', (filter, expected) => {
    expect(passes(filter)).toBe(expected);
  });

  it.each(['phone.mobile', 'details.currentInsurer', 'details.neverAsked', 'sourceQuality'])(
    'fails when %s is missing, unless the filter allows it',
    (field) => {
      for (const operator of ['EQUALS', 'NOT_EQUALS', 'IN', 'NOT_IN', 'AT_LEAST', 'AT_MOST'] as const) {
        expect(passes({ field, operator, values: ['1'] })).toBe(false);
        expect(passes({ field, operator, values: ['1'], allowMissing: true })).toBe(true);
      }
    },
  );

  it('takes an unknown age band for missing', () => {
    const filter = { field: 'ageBand', operator: 'NOT_EQUALS', values: ['18_24'], allowMissing: false } as const;
    expect(passesFilter(filter, leadFacts({ ageBand: 'UNKNOWN' }))).toBe(false);
  });
});

describe('isFilterField', () => {
  it.each(['language', 'details.vehicles', 'details.drivers.0.age'])('knows %s', (field) => {
    expect(isFilterField(field)).toBe(true);
  });

  it.each(['', 'details', 'details.', 'constructor', 'details.__proto__', 'notes', 'consent.sellers'])(
    'refuses "%s"',
    (field) => {
      expect(isFilterField(field)).toBe(false);
    },
  );
});
