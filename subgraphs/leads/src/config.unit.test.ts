import { randomBytes } from 'node:crypto';
import { ConfigError } from '@leadgraph/kit';
import { expect, test } from 'vitest';
import { defaultLimits, readLeadsConfig } from './config.js';

const key = () => randomBytes(32).toString('base64');
const least = {
  LEADS_DATABASE_URL: 'postgres://leads@127.0.0.1/leads',
  GATEWAY_JWKS: '{"keys":[{"kty":"OKP"}]}',
  LEADS_MASTER_KEY: key(),
};

test("without more than it must be told it takes the domain's values", () => {
  const { limits, base, masterKeys } = readLeadsConfig(least);
  expect(limits).toEqual(defaultLimits);
  expect(base.port).toBe(4001);
  expect(masterKeys.byId.size).toBe(1);
});

test('time limits and retired keys come from the environment', () => {
  const config = readLeadsConfig({
    ...least,
    LEADS_STUCK_AFTER_MS: '3000',
    LEADS_DEFAULT_MAX_SALES: '2',
    LEADS_RETIRED_MASTER_KEYS: `${key()},${key()}`,
  });
  expect(config.limits).toMatchObject({ stuckAfterMs: 3_000, defaultMaxSales: 2 });
  expect(config.masterKeys.byId.size).toBe(3);
});

test('all faults are told together, and no key is repeated', () => {
  const secret = 'dG9vIHNob3J0';
  const read = () =>
    readLeadsConfig({
      LEADS_MASTER_KEY: secret,
      LEADS_RETIRED_MASTER_KEYS: 'x',
      LEADS_DEFAULT_MAX_SALES: '9',
      PORT: 'x',
    });
  expect(read).toThrow(ConfigError);
  try {
    read();
  } catch (error) {
    const { message } = error as Error;
    for (const name of [
      'LEADS_DATABASE_URL',
      'GATEWAY_JWKS',
      'LEADS_MASTER_KEY',
      'LEADS_RETIRED_MASTER_KEYS',
      'LEADS_DEFAULT_MAX_SALES',
      'PORT',
    ]) {
      expect(message).toContain(name);
    }
    expect(message).not.toContain(secret);
  }
});
