import { ConfigError } from '@leadgraph/kit';
import { expect, test } from 'vitest';
import { defaultSettings, readAgentsConfig } from './config.js';

const least = {
  AGENTS_DATABASE_URL: 'postgres://agents@127.0.0.1/agents',
  GATEWAY_JWKS: '{"keys":[{"kty":"OKP"}]}',
};

test('without more than it must be told it takes the domain’s values', () => {
  expect(readAgentsConfig(least).settings).toEqual(defaultSettings);
});

test('rules and time limits come from the environment', () => {
  const { settings } = readAgentsConfig({
    ...least,
    AGENTS_OFFER_WINDOW_MS: '3000',
    AGENTS_MOST_ROUNDS: '2',
    AGENTS_DEFAULT_STRATEGY: 'AUCTION',
  });
  expect(settings).toMatchObject({ offerWindowMs: 3_000, routing: { mostRounds: 2, defaultStrategy: 'AUCTION' } });
});

test('every fault is named', () => {
  const read = () => readAgentsConfig({ ...least, AGENTS_MOST_ROUNDS: '0', AGENTS_DEFAULT_STRATEGY: 'LOTTERY' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/AGENTS_MOST_ROUNDS[\s\S]*AGENTS_DEFAULT_STRATEGY/);
});
