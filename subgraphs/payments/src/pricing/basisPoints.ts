/** One whole: 10,000 basis points are a factor of 1. */
export const WHOLE = 10_000n;

/** `numerator / denominator`, rounded half up. For amounts that are not negative. */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  return (2n * numerator + denominator) / (2n * denominator);
}

/**
 * An exact amount under multiplication by factors in basis points. Nothing is rounded on the way; `cents()` rounds half up what has been
 * reached so far.
 */
export class ExactAmount {
  readonly #numerator: bigint;
  readonly #denominator: bigint;

  constructor(cents: bigint, denominator = 1n) {
    this.#numerator = cents;
    this.#denominator = denominator;
  }

  times(basisPoints: bigint): ExactAmount {
    return new ExactAmount(this.#numerator * basisPoints, this.#denominator * WHOLE);
  }

  cents(): bigint {
    return divideHalfUp(this.#numerator, this.#denominator);
  }
}
