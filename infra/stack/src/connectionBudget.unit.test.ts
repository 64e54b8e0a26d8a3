import { describe, expect, it } from 'vitest';
import { subgraphNames } from './config.ts';
import { connectionShare, DEFAULT_CONNECTION_BUDGET, LEAST_CONNECTION_BUDGET } from './connectionBudget.ts';

describe('the connection budget', () => {
  it.each([LEAST_CONNECTION_BUDGET, DEFAULT_CONNECTION_BUDGET, 21, 23, 100])('of %i is never exceeded', (budget) => {
    const { limit, pool } = connectionShare(budget);
    expect(limit * subgraphNames.length).toBeLessThanOrEqual(budget);
    expect(pool).toBeGreaterThanOrEqual(2);
    expect(pool).toBeLessThan(limit);
  });
});
