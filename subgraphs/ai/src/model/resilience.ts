import {
  bulkhead,
  type CircuitBreakerPolicy,
  CircuitState,
  CountBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleAll,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { APIConnectionError, APIError } from 'openai';

export interface ResilienceOptions {
  /** For a call with all its retries. */
  readonly timeLimitMs: number;
  readonly retries: number;
  /** Calls under way at the same time; as many more may wait. */
  readonly concurrency: number;
  /** The circuit opens when this share of the last `breakerSize` calls failed, at the earliest after `breakerMinimum`. */
  readonly breakerThreshold: number;
  readonly breakerSize: number;
  readonly breakerMinimum: number;
  /** How long it stays open before one call is let through to try. */
  readonly breakerOpenMs: number;
}

/**
 * Time limit around bulkhead around retries around the circuit breaker: each try counts for the circuit, and the time limit holds for
 * all the tries together, because somebody may be waiting for the answer.
 */
export function createResilience(options: ResilienceOptions) {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: options.breakerOpenMs,
    breaker: new CountBreaker({
      threshold: options.breakerThreshold,
      size: options.breakerSize,
      minimumNumberOfCalls: options.breakerMinimum,
    }),
  });
  const policy = wrap(
    timeout(options.timeLimitMs, TimeoutStrategy.Aggressive),
    bulkhead(options.concurrency, options.concurrency),
    retry(handleWhen(isPassing), { maxAttempts: options.retries, backoff: new DelegateBackoff(pauseBeforeRetry) }),
    breaker,
  );
  return { policy, breaker };
}

/** Whether the circuit is closed, that is whether the model is being asked. */
export function isClosed(breaker: CircuitBreakerPolicy): boolean {
  return breaker.state === CircuitState.Closed;
}

/** Errors that the same request may not meet again. A spent quota stays spent. */
export function isPassing(error: unknown): boolean {
  if (error instanceof APIConnectionError) return true;
  if (!(error instanceof APIError) || error.status === undefined) return false;
  if (error.code === 'insufficient_quota') return false;
  return error.status >= 500 || error.status === 429 || error.status === 408 || error.status === 409;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 4_000;

/** What the service asks for in its headers, else 200 ms doubled with each try, ± 25 %. */
function pauseBeforeRetry({ attempt, result }: IRetryBackoffContext<unknown>): number {
  const headers = 'error' in result && result.error instanceof APIError ? result.error.headers : undefined;
  const asked = Number(headers?.get('retry-after-ms') ?? Number(headers?.get('retry-after') ?? Number.NaN) * 1_000);
  if (Number.isFinite(asked) && asked > 0) return Math.min(asked, LONGEST_PAUSE_MS);
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS) * (0.75 + Math.random() * 0.5);
}
