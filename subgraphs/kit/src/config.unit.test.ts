import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from './config.js';

const jwks = JSON.stringify({ keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'abc' }] });
const options = { name: 'leads', defaultPort: 4001, shape: { LIMIT: z.coerce.number().int().default(7) } };
const usable = { LEADS_DATABASE_URL: 'postgres://somewhere/leads', GATEWAY_JWKS: jwks };

describe('readConfig', () => {
  it('gives typed values with defaults', () => {
    const { base, own } = readConfig(options, { ...usable, PORT: '5000', LIMIT: '' });
    expect(base).toMatchObject({
      port: 5000,
      host: '127.0.0.1',
      databasePoolSize: 4,
      databaseUrl: 'postgres://somewhere/leads',
    });
    expect(own).toEqual({ LIMIT: 7 });
  });

  it('names every fault at once', () => {
    const faulty = () =>
      readConfig(options, { PORT: 'high', LIMIT: 'x', DATABASE_POOL_SIZE: '0', GATEWAY_JWKS: '{"keys":[]}' });
    expect(faulty).toThrow(/PORT[\s\S]*DATABASE_POOL_SIZE[\s\S]*LEADS_DATABASE_URL[\s\S]*LIMIT[\s\S]*GATEWAY_JWKS/);
  });

  it('says which keys it wants when there are none', () => {
    expect(() => readConfig(options, { LEADS_DATABASE_URL: usable.LEADS_DATABASE_URL })).toThrow(
      /GATEWAY_JWKS or GATEWAY_JWKS_FILE/,
    );
  });
});
