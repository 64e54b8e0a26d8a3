import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CapUsage, capBuckets, isWithinCaps, unusedCaps } from './caps.js';

describe('capBuckets', () => {
  it("follows the agent's clock", () => {
    const at = new Date('2026-11-02T03:30:00Z'); // Sunday evening in Los Angeles, Monday in Berlin
    expect(capBuckets(at, 'America/Los_Angeles')).toEqual({
      HOUR: '2026-11-02T03:00Z',
      DAY: '2026-11-01',
      WEEK: '2026-W44',
      MONTH: '2026-11',
    });
    expect(capBuckets(at, 'Europe/Berlin')).toMatchObject({ DAY: '2026-11-02', WEEK: '2026-W45' });
  });

  it('begins the hour where the local hour begins', () => {
    expect(capBuckets(new Date('2026-05-05T10:40:00Z'), 'Asia/Kolkata').HOUR).toBe('2026-05-05T10:30Z');
  });

  it('tells the hour that comes twice apart when clocks go back', () => {
    const first = capBuckets(new Date('2026-11-01T05:30:00Z'), 'America/New_York');
    const second = capBuckets(new Date('2026-11-01T06:30:00Z'), 'America/New_York');
    expect(first.HOUR).not.toBe(second.HOUR);
    expect(first.DAY).toBe(second.DAY);
  });

  it('names the ISO week across the turn of the year', () => {
    expect(capBuckets(new Date('2027-01-01T12:00:00Z'), 'UTC')).toMatchObject({ WEEK: '2026-W53', MONTH: '2027-01' });
  });

  it('never goes back as time goes on, compared as text', () => {
    const zones = fc.constantFrom('America/New_York', 'Asia/Kolkata', 'Pacific/Honolulu', 'Australia/Lord_Howe');
    const times = fc.date({ min: new Date('2025-01-01'), max: new Date('2028-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(zones, times, fc.integer({ min: 0, max: 90 * 86_400_000 }), (zone, from, span) => {
        const before = capBuckets(from, zone);
        const after = capBuckets(new Date(from.getTime() + span), zone);
        for (const period of ['HOUR', 'DAY', 'WEEK', 'MONTH'] as const) {
          expect(after[period] >= before[period]).toBe(true);
        }
      }),
    );
  });
});

describe('isWithinCaps', () => {
  const buckets = capBuckets(new Date('2026-11-20T15:00:00Z'), 'America/Chicago');
  const used = (count: number, spendCents: number, bucket = buckets.DAY): CapUsage => ({
    ...unusedCaps,
    DAY: { bucket, count, spendCents },
  });
  const daily = (count: number | null, spendCents: number | null) => [{ period: 'DAY' as const, count, spendCents }];

  it.each([
    ['below the count', daily(3, null), used(2, 0), true],
    ['at the count', daily(3, null), used(3, 0), false],
    ['the last cent', daily(null, 5_000), used(1, 3_000), true],
    ['a cent too much', daily(null, 5_000), used(1, 3_001), false],
    ['a count of zero', daily(0, null), used(0, 0), false],
    ['no limits', daily(null, null), used(1_000, 1_000_000), true],
    ['yesterday used up', daily(3, null), used(3, 0, '2026-11-19'), true],
  ])('%s', (_name, caps, usage, expected) => {
    expect(isWithinCaps(caps, usage, { buckets, priceCents: 2_000 })).toBe(expected);
  });

  it('asks every cap', () => {
    const caps = [...daily(3, null), { period: 'HOUR' as const, count: 0, spendCents: null }];
    expect(isWithinCaps(caps, unusedCaps, { buckets, priceCents: 1 })).toBe(false);
  });
});
