import { type ApiError, overloaded, rateLimited, serverError } from './apiError.js';
import { pick, share } from './seededRandom.js';
import type { EmulatorSettings } from './settings.js';

export type Malformation = 'CUT_OFF' | 'OTHER_SHAPE' | 'PROSE' | 'REFUSAL';

/** What happens to one request besides its answer. */
export interface Disturbance {
  readonly delayMs: number;
  readonly error: ApiError | null;
  readonly malformation: Malformation | null;
  readonly slow: boolean;
}

/** How many inputs' attempts are remembered; the oldest are forgotten first. */
const REMEMBERED_INPUTS = 100_000;

/**
 * Decides each request's fate from the hash of its input and how often that input was seen: the same sequence of
 * requests always meets the same disturbances, and a repeated request can succeed.
 */
export class Disturbances {
  private readonly attempts = new Map<string, number>();

  constructor(private readonly settings: () => EmulatorSettings) {}

  next(inputKey: string): Disturbance {
    const attempt = this.attempts.get(inputKey) ?? 0;
    this.attempts.delete(inputKey);
    this.attempts.set(inputKey, attempt + 1);
    if (this.attempts.size > REMEMBERED_INPUTS) this.attempts.delete(this.attempts.keys().next().value ?? '');
    return decide(this.settings(), inputKey, attempt);
  }

  forget(): void {
    this.attempts.clear();
  }
}

function decide(settings: EmulatorSettings, inputKey: string, attempt: number): Disturbance {
  const slow = share(inputKey, attempt, 'slow') < settings.slowRate;
  // The latency depends on the input alone: a repeated request takes as long as the first one did.
  const usual = settings.latencyMs * (1 + settings.latencySpread * (2 * share(inputKey, 'latency') - 1));
  const delayMs = slow ? settings.slowMs : usual;
  if (share(inputKey, attempt, 'rate limit') < settings.rateLimitRate) {
    return { delayMs: 0, error: rateLimited('requests', settings.requestsPerMinute, 50), malformation: null, slow };
  }
  if (share(inputKey, attempt, 'failure') < settings.failureRate) {
    const error = pick([serverError, overloaded], inputKey, attempt, 'kind of failure')();
    return { delayMs: delayMs / 4, error, malformation: null, slow };
  }
  const malformed = share(inputKey, attempt, 'malformed') < settings.malformedRate;
  const malformation = malformed
    ? pick<Malformation>(['CUT_OFF', 'OTHER_SHAPE', 'PROSE', 'REFUSAL'], inputKey, attempt, 'kind of malformation')
    : null;
  return { delayMs, error: null, malformation, slow };
}
