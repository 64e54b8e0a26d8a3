import type { AgeBand } from '@leadgraph/schema';

/** Making a format costs half a millisecond, and there are only so many time zones. */
const dayFormats = new Map<string, Intl.DateTimeFormat>();

/** The calendar day (YYYY-MM-DD) at an instant in a time zone. */
export function localDay(instant: Date, timeZone: string): string {
  const format =
    dayFormats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  dayFormats.set(timeZone, format);
  return format.format(instant);
}

/**
 * Age in whole years on a day, both as YYYY-MM-DD; negative for a birth in the future. Who is born on 29 February has a birthday on
 * 1 March of common years (the rule of most states).
 */
export function ageOn(dateOfBirth: string, day: string): number {
  const years = Number(day.slice(0, 4)) - Number(dateOfBirth.slice(0, 4));
  return day.slice(5) < dateOfBirth.slice(5) ? years - 1 : years;
}

/** The band in which an age is told to the other subgraphs. */
export function ageBandOf(age: number | null): AgeBand {
  if (age === null) return 'UNKNOWN';
  if (age < 18) return 'UNDER_18';
  if (age < 25) return '18_24';
  if (age < 35) return '25_34';
  if (age < 45) return '35_44';
  if (age < 55) return '45_54';
  if (age < 65) return '55_64';
  return '65_PLUS';
}
