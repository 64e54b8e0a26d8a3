import { describe, expect, it } from 'vitest';
import { costMicros, priceOf } from './prices.js';

describe('prices', () => {
  it('finds the price by the beginning of the name, the most special first', () => {
    expect(priceOf('gpt-4.1-mini-2026-01-01', null)).toEqual({ input: 0.4, output: 1.6 });
    expect(priceOf('gpt-4.1', null)).toEqual({ input: 2, output: 8 });
    expect(priceOf('gpt-4o-mini', null)).toEqual({ input: 0.15, output: 0.6 });
  });

  it('takes an unknown model for an expensive one, and believes the configuration', () => {
    expect(priceOf('somebody-elses', null).input).toBeGreaterThanOrEqual(priceOf('gpt-4.1', null).input);
    expect(priceOf('gpt-4.1', { input: 1, output: 1 })).toEqual({ input: 1, output: 1 });
  });

  it('costs whole millionths of a dollar, rounded up', () => {
    expect(costMicros({ input: 0.4, output: 1.6 }, 1_000_000, 0)).toBe(400_000);
    expect(costMicros({ input: 0.4, output: 1.6 }, 1, 1)).toBe(2);
  });
});
