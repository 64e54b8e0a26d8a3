import type { Identity } from './identity/identity.js';

/** An entity that a mutation changed, as subgraphs report it in `extensions.changed`. */
export interface ChangedEntity {
  readonly __typename: string;
  readonly key: string;
  readonly version: number;
}

/** What travels with one request from the HTTP route to the subgraphs. */
export interface RequestContext {
  readonly requestId: string;
  readonly identity: Identity;
  /** Aborted when nobody waits for the answer of a query any more. Mutations are finished once begun. */
  readonly signal: AbortSignal;
  /** Collected from the subgraphs' responses. */
  readonly changed: ChangedEntity[];
}
