import type { Delivered, SubscriberIdentity } from './subscriber.ts';

/** What the parent asks a process of subscribers for, one after the other. */
export type SubscriberRequest =
  | { readonly do: 'connect'; readonly url: string; readonly identities: readonly SubscriberIdentity[] }
  | { readonly do: 'status' }
  | { readonly do: 'results' };

/** The answer to `connect`. */
export interface Connected {
  /** Why it did not work. */
  readonly failure: string | undefined;
}

/** The answer to `status`. */
export interface SubscriberStatus {
  readonly connected: number;
  /** Subscribers whose client has given up. */
  readonly ended: number;
  /** Connections that were not a subscriber's first. */
  readonly reconnects: number;
  /** Different events that have come. */
  readonly received: number;
}

/** The answer to `results`. */
export interface SubscriberResults {
  readonly delivered: readonly Delivered[];
  readonly arrivals: readonly Arrival[];
}

/** When an event was published first and how many milliseconds later it came for the first time. */
export type Arrival = readonly [publishedAt: number, lagMs: number];
