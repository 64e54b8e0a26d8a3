import type { ModelAnswer } from '../prompt/modelAnswer.js';

/** Why the scorecard answered instead of the model. */
export const fallbackReasons = [
  /** No API key is configured. */
  'NO_MODEL',
  /** A test lead, and the configured service is a real one. */
  'TEST_LEAD',
  /** The day's budget is spent. */
  'BUDGET',
  /** Too many calls failed lately; the model is left alone for a while. */
  'BREAKER_OPEN',
  /** No answer within the time limit. */
  'TIMEOUT',
  /** It answered with an error that may pass: 429, 5xx, or no connection. */
  'UNAVAILABLE',
  /** It refused the request itself: a wrong key, an unknown model, no quota. */
  'REJECTED',
  /** It answered, but not in the agreed form. */
  'MALFORMED',
  /** The job ended its worker more than once; the model's answer may be the cause. */
  'REPEATED_CRASH',
] as const;
export type FallbackReason = (typeof fallbackReasons)[number];

export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** How a call ended. `usage` is null when nobody knows what was used, as after a time-out. */
export type ModelOutcome =
  | { readonly ok: true; readonly answer: ModelAnswer; readonly usage: TokenUsage; readonly latencyMs: number }
  | {
      readonly ok: false;
      readonly reason: FallbackReason;
      readonly usage: TokenUsage | null;
      readonly latencyMs: number;
      /** For the log. */
      readonly cause: unknown;
    };
