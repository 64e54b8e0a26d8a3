import { describe, expect, it } from 'vitest';
import { readStackConfig, subgraphNames } from './config.ts';
import {
  connectionShare,
  DEFAULT_CONNECTION_BUDGET,
  LEAST_CONNECTION_BUDGET,
  LEAST_CONNECTION_BUDGET_WITH_REPLICA,
} from './connectionBudget.ts';

describe('the connection budget', () => {
  it.each([LEAST_CONNECTION_BUDGET, DEFAULT_CONNECTION_BUDGET, 21, 23, 100])('of %i is never exceeded', (budget) => {
    const { limit, pool, replicaPool } = connectionShare(budget, { replica: false });
    expect(limit * subgraphNames.length).toBeLessThanOrEqual(budget);
    expect(pool).toBeGreaterThanOrEqual(2);
    expect(pool).toBeLessThan(limit);
    expect(replicaPool).toBe(0);
  });

  it.each([LEAST_CONNECTION_BUDGET_WITH_REPLICA, DEFAULT_CONNECTION_BUDGET, 23, 100])(
    'of %i is never exceeded with replicas either',
    (budget) => {
      const { limit, pool, replicaPool } = connectionShare(budget, { replica: true });
      expect((limit + replicaPool) * subgraphNames.length).toBeLessThanOrEqual(budget);
      expect(pool).toBeGreaterThanOrEqual(2);
      expect(pool).toBeLessThan(limit);
      expect(replicaPool).toBeGreaterThanOrEqual(1);
      expect(replicaPool).toBeLessThanOrEqual(limit);
    },
  );

  it('says at the start when a replica or a pool does not fit into it', () => {
    const replica = { AGENTS_REPLICA_URL: 'postgres://replica/agents' };
    expect(readStackConfig(replica).external.replicaUrls).toEqual({ agents: replica.AGENTS_REPLICA_URL });
    expect(() => readStackConfig({ ...replica, DATABASE_CONNECTIONS: '12' })).toThrow(/16 with a read replica/);
    expect(() => readStackConfig({ ...replica, DATABASE_POOL_SIZE: '4' })).toThrow(/DATABASE_POOL_SIZE: at most 2/);
    expect(() => readStackConfig({ AI_REPLICA_URL: 'mysql://replica' })).toThrow(/AI_REPLICA_URL/);
  });
});
