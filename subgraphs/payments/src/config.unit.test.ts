import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '@leadgraph/kit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultSettings, readPaymentsConfig } from './config.js';
import { defaultPriceRules } from './pricing/defaultPriceRules.js';

const least = {
  PAYMENTS_DATABASE_URL: 'postgres://payments@127.0.0.1/payments',
  GATEWAY_JWKS: '{"keys":[{"kty":"OKP"}]}',
};
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'payments-config-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function rulesFile(content: unknown): string {
  const file = join(folder, 'rules.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('without more than it must be told it takes the domain’s values', () => {
  expect(readPaymentsConfig(least).settings).toEqual(defaultSettings);
});

test('price rules come from a file', () => {
  const file = rulesFile({ ...defaultPriceRules, version: 'summer' });
  expect(readPaymentsConfig({ ...least, PAYMENTS_PRICE_RULES_FILE: file }).settings.priceRules.version).toBe('summer');
});

test('price rules that cannot be used are refused with what is wrong', () => {
  const read = (content: unknown) => () =>
    readPaymentsConfig({ ...least, PAYMENTS_PRICE_RULES_FILE: rulesFile(content) });
  expect(read('{')).toThrow(ConfigError);
  expect(read({ ...defaultPriceRules, tier: { HOT: 1 } })).toThrow(/tier/);
  expect(() => readPaymentsConfig({ ...least, PAYMENTS_PRICE_RULES_FILE: '/nowhere' })).toThrow(/not readable/);
});
