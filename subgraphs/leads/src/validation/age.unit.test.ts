import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageBandOf, ageOn, localDay } from './age.js';

describe('ageOn', () => {
  it.each([
    ['2008-11-23', '2026-11-22', 17],
    ['2008-11-23', '2026-11-23', 18],
    ['2008-02-29', '2026-02-28', 17],
    ['2008-02-29', '2026-03-01', 18],
    ['2030-01-01', '2026-11-23', -4],
  ])('born %s is on %s %i years old', (born, day, age) => {
    expect(ageOn(born, day)).toBe(age);
  });

  it('grows by one on each birthday', () => {
    const day = fc
      .date({ min: new Date('1920-01-01'), max: new Date('2007-12-31'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10))
      .filter((text) => !text.endsWith('02-29'));
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 100 }), (born, years) => {
        const birthday = `${Number(born.slice(0, 4)) + years}${born.slice(4)}`;
        const dayBefore = new Date(Date.parse(birthday) - 86_400_000).toISOString().slice(0, 10);
        expect(ageOn(born, birthday)).toBe(years);
        expect(ageOn(born, dayBefore)).toBe(years - 1);
      }),
    );
  });
});

describe('localDay', () => {
  it("is the day of the person's clock, not of Greenwich", () => {
    const instant = new Date('2026-11-23T03:00:00Z');
    expect(localDay(instant, 'America/Chicago')).toBe('2026-11-22');
    expect(localDay(instant, 'UTC')).toBe('2026-11-23');
    expect(localDay(instant, 'Pacific/Guam')).toBe('2026-11-23');
  });
});

describe('ageBandOf', () => {
  it.each([
    [null, 'UNKNOWN'],
    [17, 'UNDER_18'],
    [18, '18_24'],
    [24, '18_24'],
    [25, '25_34'],
    [64, '55_64'],
    [65, '65_PLUS'],
    [103, '65_PLUS'],
  ] as const)('%s is %s', (age, band) => {
    expect(ageBandOf(age)).toBe(band);
  });
});
