import type { Clock } from '@leadgraph/kit';
import type { RoutingSettings } from './routing/candidate.js';

/** What of agents can be set from outside. Times in milliseconds. */
export interface AgentsSettings {
  readonly routing: RoutingSettings;
  /** How long an agent has to accept an offer. */
  readonly offerWindowMs: number;
  /** How much longer than the window a reservation may take until the money is held. */
  readonly holdWaitMs: number;
  /** A quote that runs out within this time is asked for anew before it is used. */
  readonly quoteMarginMs: number;
  /** After how long without an answer a state is announced again; doubles with each repetition, up to `longestResendMs`. */
  readonly quotesResendMs: number;
  readonly reservedResendMs: number;
  readonly acceptedResendMs: number;
  readonly longestResendMs: number;
  /** Pauses between two looks of the sweepers. */
  readonly expirySweepMs: number;
  readonly resendSweepMs: number;
  readonly queueSweepMs: number;
}

/** What the parts of agents decide by: the settings and the clock. */
export interface AgentsRules {
  readonly settings: AgentsSettings;
  readonly clock: Clock;
}

/** When a state that nobody answered is announced again, after `resends` repetitions. */
export function resendTime(now: Date, firstMs: number, resends: number, settings: AgentsSettings): Date {
  return new Date(now.getTime() + Math.min(firstMs * 2 ** Math.min(resends, 20), settings.longestResendMs));
}
