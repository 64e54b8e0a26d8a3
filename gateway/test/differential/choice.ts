import fc, { type GeneratorValue } from 'fast-check';

/** Choices out of fast-check's seed. */
export class Choice {
  constructor(private readonly gen: GeneratorValue) {}

  integer(min: number, max: number): number {
    return this.gen(fc.integer, { min, max });
  }

  /** True with the probability. */
  chance(probability: number): boolean {
    return this.integer(0, 99) < probability * 100;
  }

  of<T>(options: readonly T[]): T {
    return options[this.integer(0, options.length - 1)] as T;
  }
}
