import type { Tag } from './cacheStore.js';

/** A stream of events; another one of the same name that is made after it has another time. */
export interface StreamIdentity {
  readonly name: string;
  /** When it was made, as the stream says it. */
  readonly created: string;
}

/** How far the store has heard of a stream. */
export interface EventPosition {
  readonly created: string;
  /** All events up to it have been applied. */
  readonly position: number;
}

/** What gateways have in common of the streams by which values are invalidated. Everything rejects where the store is away. */
export interface EventPositions {
  /** Undefined where the store has not heard of the stream, or has lost it. */
  positionOf(stream: string): Promise<EventPosition | undefined>;
  /**
   * Applies the event at a position, atomically: replaces the generations of its tags and notes the position; nothing where somebody has done so. False where the store does not know how far it has heard of this stream: what came before may be missing, so everything has to be renewed.
   */
  applied(stream: StreamIdentity, position: number, tags: readonly Tag[]): Promise<boolean>;
  /** Begins another epoch, in which nothing of what was kept is valid, and notes how far a stream has been heard. */
  renew(stream: StreamIdentity, position: number): Promise<void>;
}

/** Told of the store's comings and goings. */
export interface StoreWatch {
  /** The store can be asked, and is known to be the one it was, or has begun another epoch. */
  onReady(): void;
  onAway(): void;
}
