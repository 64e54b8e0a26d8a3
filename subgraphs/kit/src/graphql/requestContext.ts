import type { DataSource } from 'typeorm';
import type { Clock } from '../clock.js';
import type { Identity } from '../identity/identity.js';
import type { Logger } from '../log.js';
import type { StaleReads } from '../store/staleReads.js';

/** What every resolver gets. A subgraph adds its data loaders and services. One a request. */
export interface RequestContext {
  readonly identity: Identity;
  readonly requestId: string;
  readonly db: DataSource;
  /** For lists and reports, which may be a little behind. */
  readonly stale: StaleReads;
  readonly clock: Clock;
  readonly log: Logger;
}
