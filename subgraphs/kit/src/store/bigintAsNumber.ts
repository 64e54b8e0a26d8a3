import type { ValueTransformer } from 'typeorm';

/** A `bigint` column of cents or versions, read as a number. Throws for what a number cannot hold exactly. */
export const bigintAsNumber: ValueTransformer = {
  from(stored: string | null): number | null {
    return stored === null ? null : toSafeNumber(stored);
  },
  to(value: number | null): number | null {
    return value;
  },
};

/** The number that a `bigint` from the store or from a computation is; throws beyond 2^53 − 1. */
export function toSafeNumber(value: string | number | bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is larger than an integer can be here`);
  return number;
}
