import type { EventSource, SubjectPart } from '../compile/eventSources.js';
import { RequestRefused } from '../errors/requestRefused.js';
import type { Identity } from '../identity/identity.js';

/** What may be put into a subject: nothing that NATS reads as more than a name. */
const NAME = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * The subject of a subscription's messages. The caller's subject and the field's arguments are the only values in it, each one part of it: UNAUTHENTICATED without a caller, BAD_USER_INPUT for a
 * value that could be read as anything but a name (a dot, a wildcard).
 */
export function subjectOf(
  { subject }: EventSource,
  identity: Identity,
  args: Readonly<Record<string, unknown>>,
): string {
  return subject.map((part) => partOf(part, identity, args)).join('.');
}

function partOf(part: SubjectPart, { sub }: Identity, args: Readonly<Record<string, unknown>>): string {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'any') return '*';
  if (part.kind === 'identity') {
    if (sub === '')
      throw new RequestRefused('UNAUTHENTICATED', "These events are somebody's own. Send the token of whose they are.");
    if (NAME.test(sub)) return sub;
    throw new RequestRefused(
      'BAD_USER_INPUT',
      'The subject of the token has other characters than letters, digits, "_" and "-": it has no events of its own.',
    );
  }
  const value = args[part.name];
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text === 'string' && NAME.test(text)) return text;
  throw new RequestRefused(
    'BAD_USER_INPUT',
    `Give the argument "${part.name}" as an id: letters, digits, "_" and "-", at most 128 of them.`,
  );
}

/** Whether a message passes the filters of its source: an argument that is absent or null restricts nothing. */
export function passes(
  { filters }: EventSource,
  args: Readonly<Record<string, unknown>>,
  message: Readonly<Record<string, unknown>>,
): boolean {
  return filters.every((filter) => {
    const wanted = valueAt(args, filter.argument);
    if (wanted === undefined || wanted === null) return true;
    const value = valueAt(message, filter.message);
    return Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
  });
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
