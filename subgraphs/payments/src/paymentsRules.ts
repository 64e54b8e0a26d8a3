import type { Clock } from '@leadgraph/kit';
import type { PaymentsSettings } from './config.js';

/** What every step of payments is decided by: the time and the settings. */
export interface PaymentsRules {
  readonly clock: Clock;
  readonly settings: PaymentsSettings;
}
