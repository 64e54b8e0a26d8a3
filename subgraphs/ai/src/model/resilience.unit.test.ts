import { APIConnectionError, APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { createResilience, isClosed, isPassing, type ResilienceOptions } from './resilience.js';

const options: ResilienceOptions = {
  timeLimitMs: 5_000,
  retries: 2,
  concurrency: 2,
  breakerThreshold: 0.5,
  breakerSize: 10,
  breakerMinimum: 10,
  breakerOpenMs: 1_000,
};
const apiError = (status: number, code: string | null = null, headers: Record<string, string> = {}) =>
  APIError.generate(status, { error: { code } }, undefined, new Headers(headers));

describe('which errors are tried again', () => {
  it.each([
    ['no connection', new APIConnectionError({ message: 'refused' }), true],
    ['too many requests', apiError(429, 'rate_limit_exceeded'), true],
    ['a spent quota', apiError(429, 'insufficient_quota'), false],
    ['an error of the server', apiError(500), true],
    ['overload', apiError(503), true],
    ['a wrong key', apiError(401, 'invalid_api_key'), false],
    ['a wrong request', apiError(400), false],
    ['anything else', new TypeError('x'), false],
  ])('%s', (_what, error, expected) => {
    expect(isPassing(error)).toBe(expected);
  });
});

describe('the policy', () => {
  it('tries again as often as it may, after the pause that the service asks for', async () => {
    const { policy } = createResilience(options);
    const at: number[] = [];
    const call = policy.execute(() => {
      at.push(performance.now());
      throw apiError(429, 'rate_limit_exceeded', { 'retry-after-ms': '40' });
    });
    await expect(call).rejects.toMatchObject({ status: 429 });
    expect(at).toHaveLength(3);
    const pauses = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(pauses.every((pause) => pause >= 38 && pause < 1_000)).toBe(true);
  });

  it('does not repeat what will fail again', async () => {
    const { policy } = createResilience(options);
    let calls = 0;
    const call = policy.execute(() => {
      calls += 1;
      throw apiError(401, 'invalid_api_key');
    });
    await expect(call).rejects.toMatchObject({ status: 401 });
    expect(calls).toBe(1);
  });

  it('holds its time limit over all the tries', async () => {
    const { policy, breaker } = createResilience({ ...options, timeLimitMs: 60, retries: 5 });
    const startedAt = performance.now();
    await expect(policy.execute(() => Promise.reject(apiError(500)))).rejects.toThrow();
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(isClosed(breaker)).toBe(true);
  });

  it('lets so many calls run and as many wait', async () => {
    const { policy } = createResilience(options);
    const held = Promise.withResolvers<void>();
    let running = 0;
    let most = 0;
    const call = () =>
      policy.execute(async () => {
        running += 1;
        most = Math.max(most, running);
        await held.promise;
        running -= 1;
      });
    const calls = [call(), call(), call(), call()];
    await expect(call()).rejects.toThrow(/bulkhead/i);
    held.resolve();
    await Promise.all(calls);
    expect(most).toBe(2);
  });
});
