import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

describe('readConfig', () => {
  it('is a healthy service on port 4010 when nothing is given', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 4010,
      apiKeys: null,
      settings: { latencyMs: 850, latencySpread: 0.25, failureRate: 0 },
    });
  });

  it('takes the settings from the environment', () => {
    const env = { EMULATOR_LATENCY_MS: '20', EMULATOR_SLOW_RATE: '0.1', EMULATOR_API_KEYS: 'sk-a, sk-b' };
    const config = readConfig(env);
    expect(config.settings).toMatchObject({ latencyMs: 20, slowRate: 0.1 });
    expect(config.apiKeys).toEqual(new Set(['sk-a', 'sk-b']));
  });

  it('reports all the faults together', () => {
    expect(() => readConfig({ PORT: 'x', EMULATOR_FAILURE_RATE: '2', EMULATOR_SLOW_MS: 'long' })).toThrow(
      /PORT[\s\S]*EMULATOR_SLOW_MS[\s\S]*|PORT[\s\S]*EMULATOR_FAILURE_RATE/,
    );
  });
});
