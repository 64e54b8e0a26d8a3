import type { Outcome } from './executionResult.js';

/**
 * How an outcome differs from the reference's, in words; undefined if it does not. The data has to be the same text. Errors are compared by
 * the place where they made the data null: which of the fields below such a place is said to have failed is left open by the specification
 * (6.4.4) when several did.
 */
export function differenceOf(outcome: Outcome, reference: Outcome): string | undefined {
  if (outcome.data !== reference.data) return `data\n  ${outcome.data}\nand not\n  ${reference.data}`;
  const own = byNullPlace(outcome);
  const expected = byNullPlace(reference);
  for (const [place, paths] of expected) {
    const given = own.get(place);
    if (!given) return `no error for the null at "${place}", where one of ${[...paths].join(', ')} failed`;
    if (![...given].some((path) => paths.has(path)))
      return `errors of ${[...given].join(', ')} for the null at "${place}", and not of ${[...paths].join(', ')}`;
    if (paths.size === 1 && given.size > 1) return `errors of ${[...given].join(', ')} where only ${[...paths]} failed`;
  }
  for (const [place, paths] of own) {
    if (!expected.has(place)) return `an error of ${[...paths].join(', ')} where nothing failed`;
  }
  return undefined;
}

/** The paths of the errors, by the longest beginning of each that is there in the data. */
function byNullPlace({ data, errors }: Outcome): Map<string, Set<string>> {
  const places = new Map<string, Set<string>>();
  const root: unknown = JSON.parse(data);
  for (const path of errors) {
    const steps = path.split('.');
    let value = root;
    let length = 0;
    while (length < steps.length && typeof value === 'object' && value !== null) {
      value = (value as Record<string, unknown>)[steps[length] ?? ''];
      length += 1;
    }
    const place = path === '?' ? '?' : steps.slice(0, length).join('.');
    places.set(place, (places.get(place) ?? new Set()).add(path));
  }
  return places;
}
