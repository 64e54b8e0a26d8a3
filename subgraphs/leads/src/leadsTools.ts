import type { Clock } from '@leadgraph/kit';
import type { LeadLimits } from './config.js';
import type { ContactHasher } from './privacy/contactHash.js';
import type { Vault } from './privacy/vault.js';

/** What the parts of this service stand on beside the transaction they are given. */
export interface LeadsTools {
  readonly clock: Clock;
  readonly vault: Vault;
  readonly hasher: ContactHasher;
  readonly limits: LeadLimits;
}
