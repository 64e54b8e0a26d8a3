import { v7, validate } from 'uuid';

/** A new id: UUID version 7, so ids sort by creation. `at` sets the time it carries (milliseconds since 1970). */
export function uuidv7(at?: number): string {
  return at === undefined ? v7() : v7({ msecs: at });
}

/** Whether this is the text of a UUID. Check ids that came from outside before they reach a query. */
export function isUuid(value: string): boolean {
  return validate(value);
}
