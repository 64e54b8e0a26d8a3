import type { ValueTransformer } from 'typeorm';

/** A `bigint` column of cents or versions, read as a number. Throws for what a number cannot hold exactly. */
export const bigintAsNumber: ValueTransformer = {
  from: (stored: string | null) => (stored === null ? null : toSafeNumber(stored)),
  to: (value: number | null) => value,
};

/** The number that a `bigint` from the store is; throws beyond 2^53 − 1. */
export function toSafeNumber(value: string | number): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is larger than an integer can be here`);
  return number;
}
