import { randomInt } from 'node:crypto';
import { v7, validate } from 'uuid';

let last = { at: Number.NaN, seq: 0 };

/** A new id: UUID version 7, so ids sort by creation. `at` sets the time it carries (milliseconds since 1970); ids of one instant sort as they were made. */
export function uuidv7(at?: number): string {
  if (at === undefined) return v7();
  // 31 random bits leave room to count on
  last = at === last.at && last.seq < 0xffffffff ? { at, seq: last.seq + 1 } : { at, seq: randomInt(2 ** 31) };
  return v7({ msecs: last.at, seq: last.seq });
}

/** The smallest UUID whose version-7 time is this instant: 48 bits of milliseconds since 1970, then zeros. With it a bound of time becomes one of the id. */
export function uuidFloor(instant: Date): string {
  const milliseconds = Math.min(Math.max(0, instant.getTime()), 2 ** 48 - 1);
  const hex = milliseconds.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/** Whether this is the text of a UUID. Check ids that came from outside before they reach a query. */
export function isUuid(value: string): boolean {
  return validate(value);
}
