import { type ApiError, rateLimited } from './apiError.js';
import type { EmulatorSettings } from './settings.js';

interface Bucket {
  used: number;
  at: number;
}

/**
 * The account's limits as two leaking buckets (requests and tokens per minute). Every answer carries their state in the
 * `x-ratelimit-*` headers.
 */
export class RateLimit {
  private readonly requests: Bucket = { used: 0, at: 0 };
  private readonly tokens: Bucket = { used: 0, at: 0 };

  constructor(
    private readonly settings: () => EmulatorSettings,
    private readonly now: () => number,
  ) {}

  /** Books one request of so many tokens; answers the 429 when it does not fit any more. */
  take(tokens: number): ApiError | null {
    const { requestsPerMinute, tokensPerMinute } = this.settings();
    this.leak(this.requests, requestsPerMinute);
    this.leak(this.tokens, tokensPerMinute);
    if (this.requests.used + 1 > requestsPerMinute) {
      return rateLimited('requests', requestsPerMinute, Math.ceil(60_000 / requestsPerMinute));
    }
    if (this.tokens.used + tokens > tokensPerMinute) {
      const missing = this.tokens.used + tokens - tokensPerMinute;
      return rateLimited('tokens', tokensPerMinute, Math.ceil((missing * 60_000) / tokensPerMinute));
    }
    this.requests.used += 1;
    this.tokens.used += tokens;
    return null;
  }

  headers(): Record<string, string> {
    const { requestsPerMinute, tokensPerMinute } = this.settings();
    return {
      ...bucketHeaders('requests', this.requests, requestsPerMinute),
      ...bucketHeaders('tokens', this.tokens, tokensPerMinute),
    };
  }

  private leak(bucket: Bucket, perMinute: number): void {
    const now = this.now();
    bucket.used = Math.max(0, bucket.used - ((now - bucket.at) * perMinute) / 60_000);
    bucket.at = now;
  }
}

function bucketHeaders(kind: string, bucket: Bucket, limit: number): Record<string, string> {
  return {
    [`x-ratelimit-limit-${kind}`]: String(limit),
    [`x-ratelimit-remaining-${kind}`]: String(Math.max(0, Math.floor(limit - bucket.used))),
    [`x-ratelimit-reset-${kind}`]: `${Math.ceil((bucket.used * 60_000) / limit)}ms`,
  };
}
