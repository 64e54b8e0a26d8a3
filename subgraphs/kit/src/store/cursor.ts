import { DomainError } from '../errors.js';

export type CursorValue = string | number;

/** Writes the place of a row in a list: the list's name (with its sort) and the row's sort values. Opaque to clients. */
export function encodeCursor(list: string, values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/** Reads a cursor back; INVALID_CURSOR when it is malformed, of another list or sort, or a value fails its check. */
export function decodeCursor(
  list: string,
  cursor: string,
  isValid: readonly ((value: unknown) => boolean)[],
): CursorValue[] {
  const [name, ...values] = parse(cursor);
  if (name !== list || values.length !== isValid.length || !isValid.every((check, index) => check(values[index]))) {
    throw invalidCursor();
  }
  return values as CursorValue[];
}

function parse(cursor: string): unknown[] {
  if (cursor.length > 1_000) throw invalidCursor();
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // falls through to the one answer for every malformed cursor
  }
  throw invalidCursor();
}

function invalidCursor(): DomainError {
  return new DomainError(
    'INVALID_CURSOR',
    'This cursor does not belong to this list and sort order. Leave "after" out to begin at the start, then use the endCursor of the page before.',
    { field: 'after' },
  );
}
