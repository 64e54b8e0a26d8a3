import { DateTime } from 'luxon';

/** A time on a day of the week (1 is Monday, 7 Sunday) during which a campaign takes leads: `HH:MM` of the agent's wall clock. */
export interface Opening {
  readonly day: number;
  readonly from: string;
  /** Up to `24:00`. At or before `from` it is a time of the next day. */
  readonly to: string;
}

const HOUR_MS = 3_600_000;
/** A week and the day on either side: every opening has begun once within it. */
const DAYS_AHEAD = 8;

/**
 * Whether a schedule is open at an instant. An opening begins at its `from` and ends at its `to` on the agent's wall clock, each taken
 * once: a time that clock changes skip is taken as much later as was skipped, one that comes twice is taken the first time
 * (as in RFC 5545). An empty schedule is always open.
 */
export function isOpen(schedule: readonly Opening[], timeZone: string, at: Date): boolean {
  if (schedule.length === 0) return true;
  const now = at.getTime();
  return [-1, 0].some((offset) =>
    openingsOn(schedule, timeZone, at, offset).some(({ start, end }) => start <= now && now < end),
  );
}

/** The next instant after `at` at which an opening begins; null for an empty schedule, which never opens because it never closes. */
export function nextOpening(schedule: readonly Opening[], timeZone: string, at: Date): Date | null {
  const now = at.getTime();
  for (let offset = -1; offset <= DAYS_AHEAD; offset += 1) {
    const starts = openingsOn(schedule, timeZone, at, offset)
      .filter(({ start, end }) => start > now && end > start)
      .map(({ start }) => start);
    if (starts.length > 0) return new Date(Math.min(...starts));
  }
  return null;
}

/** The openings that begin on the local day `offset` days after that of `at`, as instants. */
function openingsOn(schedule: readonly Opening[], timeZone: string, at: Date, offset: number) {
  const day = DateTime.fromJSDate(at, { zone: timeZone }).startOf('day').plus({ days: offset });
  return schedule
    .filter((opening) => opening.day === day.weekday)
    .map((opening) => {
      const overnight = minutesOf(opening.to) <= minutesOf(opening.from);
      return {
        start: instantOf(day, opening.from),
        end: instantOf(overnight ? day.plus({ days: 1 }) : day, opening.to),
      };
    });
}

function instantOf(day: DateTime, time: string): number {
  const minutes = minutesOf(time);
  const date = minutes === 24 * 60 ? day.plus({ days: 1 }) : day;
  const wanted = DateTime.fromObject(
    {
      year: date.year,
      month: date.month,
      day: date.day,
      hour: Math.floor((minutes % (24 * 60)) / 60),
      minute: minutes % 60,
    },
    { zone: date.zone },
  );
  // For a time that comes twice luxon may give either; the first one is an hour earlier and reads the same.
  const earlier = wanted.minus(HOUR_MS);
  return (earlier.hour === wanted.hour && earlier.minute === wanted.minute ? earlier : wanted).toMillis();
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
