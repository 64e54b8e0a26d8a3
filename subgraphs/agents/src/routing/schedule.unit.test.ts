import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { isOpen, nextOpening, type Opening } from './schedule.js';

const office: Opening[] = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '17:00' }));
const NEW_YORK = 'America/New_York';
const at = (local: string, zone = NEW_YORK) => DateTime.fromISO(local, { zone }).toJSDate();

describe('isOpen', () => {
  it.each([
    ['on the minute it begins', '2026-11-20T09:00', true],
    ['a moment before', '2026-11-20T08:59:59.999', false],
    ['a moment before it ends', '2026-11-20T16:59:59.999', true],
    ['when it ends', '2026-11-20T17:00', false],
    ['on Saturday', '2026-11-21T12:00', false],
  ])('%s', (_name, local, expected) => {
    expect(isOpen(office, NEW_YORK, at(local))).toBe(expected);
  });

  it('is always open without openings', () => {
    expect(isOpen([], NEW_YORK, new Date())).toBe(true);
  });

  it("follows the agent's clock, not the server's", () => {
    const instant = new Date('2026-11-20T22:30:00Z');
    expect(isOpen(office, NEW_YORK, instant)).toBe(false);
    expect(isOpen(office, 'Pacific/Honolulu', instant)).toBe(true);
  });

  it('goes over midnight, from Sunday into Monday too', () => {
    const night: Opening[] = [{ day: 7, from: '22:00', to: '02:00' }];
    expect(isOpen(night, NEW_YORK, at('2026-11-22T23:00'))).toBe(true);
    expect(isOpen(night, NEW_YORK, at('2026-11-23T01:59'))).toBe(true);
    expect(isOpen(night, NEW_YORK, at('2026-11-23T02:00'))).toBe(false);
    expect(isOpen(night, NEW_YORK, at('2026-11-22T01:00'))).toBe(false);
  });

  it('ends with the day at 24:00 and lasts a whole day from 00:00', () => {
    const sunday: Opening[] = [{ day: 7, from: '00:00', to: '24:00' }];
    expect(isOpen(sunday, NEW_YORK, at('2026-11-22T23:59'))).toBe(true);
    expect(isOpen(sunday, NEW_YORK, at('2026-11-23T00:00'))).toBe(false);
    expect(isOpen(sunday, NEW_YORK, at('2026-11-21T23:59'))).toBe(false);
  });

  it('keeps office hours on both sides of a clock change', () => {
    expect(isOpen(office, NEW_YORK, new Date('2026-03-06T14:00:00Z'))).toBe(true); // 9:00 EST
    expect(isOpen(office, NEW_YORK, new Date('2026-03-09T13:00:00Z'))).toBe(true); // 9:00 EDT
    expect(isOpen(office, NEW_YORK, new Date('2026-03-09T12:59:00Z'))).toBe(false);
  });
});

describe('nextOpening', () => {
  it.each([
    ['later today', '2026-11-20T07:00', '2026-11-20T09:00'],
    ['tomorrow, once today has begun', '2026-11-19T09:00', '2026-11-20T09:00'],
    ['on Monday, from Friday evening', '2026-11-20T18:00', '2026-11-23T09:00'],
  ])('%s', (_name, now, expected) => {
    expect(nextOpening(office, NEW_YORK, at(now))).toEqual(at(expected));
  });

  it('is in a week for an opening that began just now', () => {
    const weekly: Opening[] = [{ day: 5, from: '09:00', to: '10:00' }];
    expect(nextOpening(weekly, NEW_YORK, at('2026-11-20T09:00'))).toEqual(at('2026-11-27T09:00'));
  });

  it('moves an opening that clocks skip to after the gap', () => {
    const early: Opening[] = [{ day: 7, from: '02:30', to: '06:00' }];
    expect(nextOpening(early, NEW_YORK, at('2026-03-07T12:00'))).toEqual(new Date('2026-03-08T07:30:00Z'));
  });

  it('takes the first of two equal times when clocks go back', () => {
    const early: Opening[] = [{ day: 7, from: '01:30', to: '06:00' }];
    expect(nextOpening(early, NEW_YORK, at('2026-10-31T12:00'))).toEqual(new Date('2026-11-01T05:30:00Z'));
  });

  it('is null for a schedule that never closes', () => {
    expect(nextOpening([], NEW_YORK, new Date())).toBeNull();
  });
});

describe('schedules anywhere, at any time', () => {
  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  const clock = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  // Openings of two hours or more: a shorter one may lie wholly within the hour that a clock change skips.
  const opening = fc
    .record({ day: fc.integer({ min: 1, max: 7 }), start: minute, length: fc.integer({ min: 120, max: 720 }) })
    .map(({ day, start, length }) => ({ day, from: clock(start), to: clock((start + length) % 1_440) }));
  const schedules = fc.array(opening, { minLength: 1, maxLength: 5 });
  const zones = fc.constantFrom('America/New_York', 'Pacific/Honolulu', 'Australia/Lord_Howe', 'Europe/London', 'UTC');
  const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-12-31'), noInvalidDate: true });

  it('opens at the next opening, which lies ahead and within eight days', () => {
    fc.assert(
      fc.property(schedules, zones, instants, (schedule, zone, now) => {
        const next = nextOpening(schedule, zone, now);
        if (!next) throw new Error('a schedule with openings opens again');
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(next.getTime() - now.getTime()).toBeLessThan(8 * 86_400_000 + 7_200_000);
        expect(isOpen(schedule, zone, next)).toBe(true);
      }),
    );
  });

  it('stays closed until then, if it is closed now', () => {
    fc.assert(
      fc.property(
        schedules,
        zones,
        instants,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (schedule, zone, now, share) => {
          fc.pre(!isOpen(schedule, zone, now));
          const next = nextOpening(schedule, zone, now)?.getTime() ?? 0;
          const between = new Date(now.getTime() + Math.floor((next - now.getTime()) * share));
          expect(isOpen(schedule, zone, between)).toBe(false);
        },
      ),
    );
  });
});
