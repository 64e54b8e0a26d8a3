import { DomainError, isUuid } from '@leadgraph/kit';

const LONGEST_KEY = 128;
const LONGEST_REASON = 500;
/** A million dollars: more than any one booking of this platform, and a guard against a slipped digit. */
export const LARGEST_AMOUNT_CENTS = 100_000_000;

/** The id in the form in which the store keeps it. Throws BAD_USER_INPUT for what is no id at all, so that it never reaches a query. */
export function requireId(value: string, field: string): string {
  if (isUuid(value)) return value.toLowerCase();
  throw new DomainError('BAD_USER_INPUT', `"${field}" is not an id; take it from a field "id".`, { field });
}

/** Throws BAD_USER_INPUT for a key that is empty or longer than 128 characters. */
export function requireIdempotencyKey(key: string): string {
  if (key.trim() !== '' && key.length <= LONGEST_KEY) return key;
  throw new DomainError(
    'BAD_USER_INPUT',
    `Give an idempotency key of 1 to ${LONGEST_KEY} characters, new for each new request.`,
    {
      field: 'idempotencyKey',
    },
  );
}

/** Throws BAD_USER_INPUT for a reason that is empty or longer than 500 characters. */
export function requireReason(reason: string): string {
  if (reason.trim() !== '' && reason.length <= LONGEST_REASON) return reason;
  throw new DomainError('BAD_USER_INPUT', `Say in 1 to ${LONGEST_REASON} characters why; it is kept in the journal.`, {
    field: 'reason',
  });
}

/** Throws AMOUNT_INVALID for an amount that is not from `least` to a million dollars. */
export function requireAmount(cents: number, least: number, field = 'amountCents'): number {
  if (cents >= least && cents <= LARGEST_AMOUNT_CENTS) return cents;
  throw new DomainError('AMOUNT_INVALID', `"${field}" has to be ${least} to ${LARGEST_AMOUNT_CENTS} cents.`, { field });
}
