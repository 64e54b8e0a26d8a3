import type { Outcome, Reference } from './outcome.js';

/**
 * How an outcome differs from the reference's, in words; undefined if it does not. The data has to be the same text. Errors are compared by
 * the place where they made the data null: which of the fields below such a place is said to have failed is left open by the specification
 * (6.4.4) when several did.
 */
export function differenceOf(outcome: Outcome, reference: Reference): string | undefined {
  if (outcome.data !== reference.data) return `data\n  ${outcome.data}\nand not\n  ${reference.data}`;
  const data: unknown = JSON.parse(reference.data);
  const reported = new Set(outcome.errors.map((path) => nullPlace(data, path)));
  const silent = reference.errors.find((path) => !reported.has(nullPlace(data, path)));
  if (silent !== undefined) return `no error for ${silent}`;
  const wrong = outcome.errors.find((path) => !reference.failures.has(path));
  return wrong === undefined ? undefined : `an error of ${wrong}, where nothing failed`;
}

/** The longest beginning of an error's path that is there in the data. */
function nullPlace(data: unknown, path: string): string {
  const steps = path.split('.');
  let value = data;
  let length = 0;
  while (length < steps.length && typeof value === 'object' && value !== null) {
    value = (value as Record<string, unknown>)[steps[length] ?? ''];
    length += 1;
  }
  return steps.slice(0, length).join('.');
}
