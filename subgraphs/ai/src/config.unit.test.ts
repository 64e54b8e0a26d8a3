import { describe, expect, it } from 'vitest';
import { readAiConfig } from './config.js';

const needed = { AI_DATABASE_URL: 'postgres://ai@localhost/ai', GATEWAY_JWKS: '{"keys":[{"kty":"OKP"}]}' };

describe('readAiConfig', () => {
  it('starts without a key: the scorecard answers', () => {
    const { base, ai } = readAiConfig(needed);
    expect(base.port).toBe(4004);
    expect(ai).toMatchObject({
      model: null,
      dailyBudgetMicros: 25_000_000,
      worker: { concurrency: 32, leaseMs: 10_000 },
    });
  });

  it('talks to OpenAI itself when there is a key and no address, and then keeps test leads away from it', () => {
    const { ai } = readAiConfig({ ...needed, OPENAI_API_KEY: 'sk-x' });
    expect(ai.model).toMatchObject({
      apiKey: 'sk-x',
      baseUrl: null,
      resilience: { timeLimitMs: 8_000, concurrency: 32 },
    });
    expect(ai.modelForTestLeads).toBe(false);
  });

  it.each([
    ['http://127.0.0.1:4010/v1', undefined, true],
    ['http://localhost:4010/v1', undefined, true],
    ['https://proxy.example.com/v1', undefined, false],
    ['https://proxy.example.com/v1', 'true', true],
    ['http://127.0.0.1:4010/v1', 'false', false],
  ])('sends test leads to %s (told %s): %s', (baseUrl, told, expected) => {
    const env = { ...needed, OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: baseUrl, AI_MODEL_FOR_TEST_LEADS: told };
    expect(readAiConfig(env).ai.modelForTestLeads).toBe(expected);
  });

  it('names all the faults at once', () => {
    const env = { ...needed, OPENAI_BASE_URL: 'ftp://x', AI_LEASE_MS: '-1', AI_WORKER_CONCURRENCY: 'many' };
    expect(() => readAiConfig(env)).toThrow(
      /OPENAI_BASE_URL[\s\S]*AI_WORKER_CONCURRENCY[\s\S]*AI_LEASE_MS|OPENAI_BASE_URL[\s\S]*AI_LEASE_MS/,
    );
    expect(() => readAiConfig({ ...needed, AI_PRICE_INPUT_USD_PER_MILLION: '1' })).toThrow(/AI_PRICE_OUTPUT/);
  });
});
